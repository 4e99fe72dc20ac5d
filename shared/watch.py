"""How a worker stands: its figures for Prometheus, the same that the page Operations shows."""

import time
from collections.abc import Iterable, Iterator

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from shared import jobs
from shared.messaging import dead_letters, heartbeat, outbox
from shared.messaging.progress import Progress
from shared.metrics import Metric, gauge
from shared.private import Door, Said, as_json, door, figures

Sessions = sessionmaker[Session]
# Usually a loop turns every second, and people are told sooner. But whoever restarts what is not
# alive must not break off a batch of 500 messages which all fail five times: that is 25 minutes.
STUCK_AFTER_S = 1800.0
JOB_STATES = ("todo", "doing", "failed")


class Watch:
    """Loops say here that they turn. Whether they reach anything is another question."""

    def __init__(self, service: str, sessions: Sessions, loops: Iterable[str]) -> None:
        self.service, self.sessions = service, sessions
        self.turned = dict.fromkeys(loops, time.monotonic())
        self.progress = Progress()

    def turns(self, loop: str) -> None:
        self.turned[loop] = time.monotonic()

    def stuck(self) -> list[str]:
        before = time.monotonic() - STUCK_AFTER_S
        return [loop for loop, at in self.turned.items() if at < before]

    def door(self) -> Door:
        def metrics() -> Said:
            return figures(self.service, self.state)

        return door({"/metrics": metrics, "/health/live": self.live, "/health/ready": self.ready})

    def live(self) -> Said:
        stuck = self.stuck()
        return as_json(503, status="stuck", loops=stuck) if stuck else as_json(200, status="live")

    def ready(self) -> Said:
        """Kafka is not asked: while it is away, events wait in the outbox and nothing is lost."""
        try:
            with self.sessions() as session:
                outbox.state(session)
        except SQLAlchemyError:
            return as_json(503, status="waiting", **{"for": "database"})
        return as_json(200, status="ready") if not self.stuck() else self.live()

    def state(self) -> Iterator[Metric]:
        """What counts is what stands in the database; without one, what we know ourselves."""
        try:
            with self.sessions() as session:
                found = [*stored(session)]
        except SQLAlchemyError:
            found = []
        yield from found
        yield gauge("database_up", "Whether our database answers", [((), float(bool(found)))])
        yield from self.moving()

    def moving(self) -> Iterator[Metric]:
        lags, stalled = self.progress.lags(), self.progress.stalled()
        yield gauge("consumer_lag", "Messages not yet read", by_label(lags), "topic")
        yield gauge(
            "consumer_stalled_seconds", "For how long a partition that has messages stands still",
            by_label(stalled), "topic",
        )  # fmt: skip


def stored(session: Session) -> Iterator[Metric]:
    waiting = outbox.state(session)
    yield one("outbox_pending", "Events not yet sent", waiting.pending)
    yield one("outbox_oldest_age_seconds", "How long the oldest waits", waiting.oldest_age_seconds)
    yield one("outbox_parked", "Events that Kafka can never take", waiting.parked)
    letters = dead_letters.count_waiting(session)
    yield one("dead_letters_waiting", "Messages that wait for an operator", letters)
    beats = {loop["loop"]: loop["age_seconds"] for loop in heartbeat.states(session)}
    yield gauge("loop_age_seconds", "Since a loop last turned", by_label(beats), "loop")
    counts = jobs.if_there(session, jobs.state) or {}
    states = {each: counts.get(each, 0) for each in JOB_STATES}
    yield gauge("jobs", "Jobs, by their state", by_label(states), "state")


def one(name: str, says: str, value: float) -> Metric:
    return gauge(name, says, [((), value)])


def by_label(values: "dict[str, float] | dict[str, int]") -> Iterator[tuple[tuple[str], float]]:
    return (((label,), value) for label, value in values.items())
