"""Revisions of the database tandem_contracts, run by `python -m deploy.migrate contracts`."""
