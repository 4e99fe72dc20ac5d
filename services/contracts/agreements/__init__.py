"""Contracts: what both sides agree on, and how it comes into force."""
