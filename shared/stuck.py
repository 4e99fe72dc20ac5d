"""What waits for an operator: events that Kafka never takes, and jobs that failed for good.

`python -m shared.stuck SERVICE` lists them; with an order (`release 0193…`) it does it and audits
it as `system`.
"""

import argparse
import os
from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from shared import audit, db, jobs
from shared.kernel import Actor, DomainError, NotFound
from shared.messaging import parked

Who = Actor | str


def release(session: Session, who: Who, event_id: UUID) -> None:
    """Let the relay try the event again."""
    note_event(session, who, parked.release(session, event_id), "event_released")


def discard(session: Session, who: Who, event_id: UUID) -> None:
    """Never send the event. What follows of its subject is sent."""
    note_event(session, who, parked.discard(session, event_id), "event_discarded")


def note_event(session: Session, who: Who, event: parked.ParkedEvent, action: str) -> None:
    detail = {"type": event.type, "subject": event.subject, "because": event.because}
    audit.record(session, who, chain=f"outbox_event:{event.id}", action=action, detail=detail)


def retry(session: Session, who: Who, job_id: int) -> None:
    """Run the job once more."""
    note_job(session, who, jobs.retry(session, job_id), "job_retried")


def remove(session: Session, who: Who, job_id: int) -> None:
    note_job(session, who, jobs.remove(session, job_id), "job_removed")


def note_job(session: Session, who: Who, job: jobs.FailedJob, action: str) -> None:
    detail = {"name": job.name, "attempts": job.attempts}
    audit.record(session, who, chain=f"job:{job.id}", action=action, detail=detail)


def job_number(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError(text)
    return number


ORDERS: Mapping[str, tuple[Callable[..., None], Callable[[str], UUID | int]]] = {
    "release": (release, UUID),
    "discard": (discard, UUID),
    "retry": (retry, job_number),
    "remove": (remove, job_number),
}


def main() -> None:
    asked = arguments()
    url = os.environ[f"DATABASE_URL_{asked.service.upper()}"]
    try:
        with db.sessions(db.connect(url)).begin() as session:
            for line in done(session, asked.order, asked.id):
                print(line)  # noqa: T201  # a command
    except (DomainError, NotFound) as error:
        raise SystemExit(str(error) or "There is no such thing.") from error


def done(session: Session, order: str | None, number: str) -> list[str]:
    if order is None:
        return [str(each) for each in (*parked.waiting(session), *jobs.failed(session))]
    obey, as_id = ORDERS[order]
    obey(session, "system", as_id(number))
    return ["Done."]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="stuck", description=__doc__)
    parser.add_argument("service", help="gateway, rfp, contracts, monitoring or notifications")
    parser.add_argument("order", nargs="?", choices=ORDERS)
    parser.add_argument("id", nargs="?", default="", help="of the event or the job")
    asked = parser.parse_args()
    if asked.order:
        try:
            ORDERS[asked.order][1](asked.id)
        except ValueError:
            parser.error(f"{asked.order} needs the id of the event or the job, as it is listed")
    return asked


if __name__ == "__main__":
    main()
