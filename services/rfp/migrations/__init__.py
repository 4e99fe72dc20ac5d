"""Revisions of the database tandem_rfp: `make migrate` runs them."""
