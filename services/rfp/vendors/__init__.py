"""Vendors, their standing, and their admission."""
