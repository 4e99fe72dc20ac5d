"""What happens to failed attempts on a clock."""

from gateway.accounts import usecases
from shared import db
from shared.jobs import Context


def purge_attempts(context: Context) -> None:
    with context.sessions.begin() as session:
        usecases.purge_old_attempts(session, now=db.clock(session))
