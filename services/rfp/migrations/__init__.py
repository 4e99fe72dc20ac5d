"""Revisions of the database tandem_rfp, run by `python -m deploy.migrate rfp`."""
