"""Revisions of the database tandem_gateway, run by `python -m deploy.migrate gateway`."""
