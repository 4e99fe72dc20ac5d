"""Revisions of the database tandem_monitoring, run by `python -m deploy.migrate monitoring`."""
