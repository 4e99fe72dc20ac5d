"""What reminds of scores that are due."""

from services.rfp.evaluations import usecases
from shared import db
from shared.jobs import Context, Cron, Jobs


def remind_evaluators(context: Context) -> None:
    with context.sessions.begin() as session:
        usecases.remind_evaluators(session, now=db.clock(session))


JOBS: Jobs = {"remind_evaluators": remind_evaluators}
CRON: Cron = {"23 * * * *": ["remind_evaluators"]}
