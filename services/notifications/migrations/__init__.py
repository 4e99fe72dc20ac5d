"""Revisions of the database tandem_notifications: `make migrate` runs them."""
