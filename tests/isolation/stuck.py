"""A letter, an event and a job that wait for an operator, in each database, for a while."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from support.stack import RunningStack

DATABASES = ("gateway", "rfp", "contracts", "monitoring", "notifications")
LETTER = (
    'INSERT INTO dead_letters (id, topic, partition, "offset", type, key, headers, value, error,'
    " attempts) VALUES (%(id)s, 'isolation', 0, %(number)s, 'isolation.letter.v1', 'key',"
    ' \'{"ce_type": "isolation.letter.v1", "ce_specversion": "1.0"}\','
    " convert_to(repeat('{\"title\": \"无法处理\"} ', 40), 'UTF8'), 'Poison', 3)"
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
    "DELETE FROM dead_letters WHERE topic = 'isolation'",
    "DELETE FROM outbox WHERE topic = 'isolation'",
    "DELETE FROM procrastinate_jobs WHERE queue_name = 'isolation'",
)


@contextmanager
def waiting(stack: RunningStack) -> Iterator[dict[str, str]]:
    """Their ids: one set for requests to services, one for the pages of operators."""
    places: dict[str, str] = {}
    for prefix in ("", "page_"):
        number = 2**40 + secrets.randbelow(2**40)
        letter, event = str(uuid4()), str(uuid4())
        rows = ((LETTER, letter), (EVENT, event), (JOB, ""))
        for database in DATABASES:
            execute(stack, database, *((each, {"id": id, "number": number}) for each, id in rows))
        places |= {f"{prefix}letter": letter, f"{prefix}event": event, f"{prefix}job": str(number)}
    try:
        yield places
    finally:
        for database in DATABASES:
            execute(stack, database, *((each, {}) for each in GONE))


def execute(stack: RunningStack, database: str, *orders: tuple[str, dict[str, object]]) -> None:
    """As the owner of everything: runtime roles may not."""
    url = urlsplit(stack.described()["databases"]["superuser"])
    with psycopg.connect(urlunsplit(url._replace(path=f"/tandem_{database}"))) as connection:
        for order, values in orders:
            connection.execute(order, values)
