"""Revisions of the database tandem_gateway: `make migrate` runs them."""
