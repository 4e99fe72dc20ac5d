"""Revisions of the database tandem_monitoring: `make migrate` runs them."""
