"""Revisions of the database tandem_notifications, run by `python -m deploy.migrate notifications`."""
