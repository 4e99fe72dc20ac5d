"""Revisions of the database tandem_contracts: `make migrate` runs them."""
