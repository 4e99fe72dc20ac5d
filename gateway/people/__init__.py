"""Organisations, their people, and the roles people have."""
