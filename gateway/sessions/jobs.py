"""What happens to sessions on a clock."""

from gateway.sessions import usecases
from shared import db
from shared.jobs import Context


def purge_sessions(context: Context) -> None:
    with context.sessions.begin() as session:
        usecases.purge_sessions(session, now=db.clock(session))
