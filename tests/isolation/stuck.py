"""Letters, an event and a job that wait for an operator, in each database, for a while."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from support.stack import RunningStack

from shared.messaging.envelope import Event, encode
from shared.messaging.schemas import ROOT

DATABASES = ("gateway", "rfp", "contracts", "monitoring", "notifications")
SAMPLES = ROOT / "tests" / "event_samples"
HANDLED_BY = {"gateway": "tandem.audit.checkpoint_signed.v1"}  # by the others: news of people
Order = tuple[str, dict[str, object]]
LETTER = (
    'INSERT INTO dead_letters (id, topic, partition, "offset", type, key, headers, value, error,'
    " attempts) VALUES (%(id)s, 'isolation', 0, %(number)s, 'isolation.letter.v1', 'key',"
    ' \'{"ce_type": "isolation.letter.v1", "ce_specversion": "1.0"}\','
    " convert_to(repeat('{\"title\": \"无法处理\"} ', 40), 'UTF8'), 'Poison', 3)"
)
HANDLEABLE = (
    'INSERT INTO dead_letters (id, topic, partition, "offset", type, key, headers, value, error,'
    " attempts) VALUES (%(id)s, %(topic)s, -1, %(number)s, %(type)s, 'key', %(headers)s::jsonb,"
    " %(value)s, 'Poison', 3)"
)
HANDLED = (
    "INSERT INTO inbox (consumer, source, event_id)"
    " VALUES (%(service)s, '/isolation', %(event_id)s)"
)
EVENT = (
    "INSERT INTO outbox (id, topic, subject, sequence, headers, payload, parked_at, parked_because)"
    " VALUES (%(id)s, 'isolation', 'event', %(number)s, '{\"ce_type\": \"isolation.event.v1\"}',"
    " '{}', now(), 'TooLarge')"
)
JOB = (
    "INSERT INTO procrastinate_jobs (id, queue_name, task_name, status, attempts)"
    " VALUES (%(number)s, 'isolation', 'isolation', 'failed', 8)"
)
GONE = (
    "DELETE FROM dead_letters WHERE topic = 'isolation' OR partition = -1",
    "DELETE FROM inbox WHERE source = '/isolation'",
    "DELETE FROM outbox WHERE topic = 'isolation'",
    "DELETE FROM procrastinate_jobs WHERE queue_name = 'isolation'",
)


@contextmanager
def waiting(stack: RunningStack) -> Iterator[dict[str, str]]:
    """Their ids: one set for requests to services, one for the pages of operators."""
    places: dict[str, str] = {}
    for prefix in ("", "page_"):
        number = 2**40 + secrets.randbelow(2**40)
        letter, event, handleable = (str(uuid4()) for _ in range(3))
        rows = ((LETTER, letter), (EVENT, event), (JOB, ""))
        for database in DATABASES:
            orders = [(each, {"id": id, "number": number}) for each, id in rows]
            execute(stack, database, *orders, *replayable(database, handleable, number))
        places |= {f"{prefix}letter": letter, f"{prefix}event": event, f"{prefix}job": str(number)}
        places[f"{prefix}handleable_letter"] = handleable
    try:
        yield places
    finally:
        for database in DATABASES:
            execute(stack, database, *((each, {}) for each in GONE))


def replayable(database: str, letter: str, number: int) -> Iterator[Order]:
    """A letter that can be replayed; nothing comes of it, for the event was handled meanwhile."""
    handled = HANDLED_BY.get(database, "tandem.identity.person_erased.v1")
    data = json.loads((SAMPLES / f"{handled}.json").read_text())
    event = Event.of(
        handled, source="/isolation", subject=uuid4(), time=datetime.now(UTC), data=data
    )
    headers, value = encode(event)
    said = {"id": letter, "number": number, "topic": event.topic, "type": event.type}
    yield HANDLEABLE, said | {"headers": json.dumps(headers), "value": value}
    yield HANDLED, {"service": database, "event_id": event.id}


def execute(stack: RunningStack, database: str, *orders: Order) -> None:
    """As the owner of everything: runtime roles may not."""
    url = urlsplit(stack.described()["databases"]["superuser"])
    with psycopg.connect(urlunsplit(url._replace(path=f"/tandem_{database}"))) as connection:
        for order, values in orders:
            connection.execute(order, values)
