"""What is forgotten after 30 days: events that went out or were handled, answers to requests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.database import Sessions, rows
from support.settings import environment

from shared.config import ServiceSettings, service_settings
from shared.idempotency import idempotency_keys
from shared.jobs import Context
from shared.kernel import uuid7
from shared.messaging.inbox import inbox
from shared.messaging.outbox import outbox
from shared.worker import common_jobs

LATELY = datetime.now(UTC) - timedelta(days=29)
LONG_AGO = LATELY - timedelta(days=2)


def sent(at: datetime | None) -> dict[str, Any]:
    where = {"topic": "t", "subject": str(at), "sequence": 1}
    return {"id": uuid7(), **where, "headers": {}, "payload": b"", "published_at": at}


def handled(at: datetime) -> dict[str, Any]:
    return {"consumer": "c", "source": "s", "event_id": uuid7(), "handled_at": at}


def answered(at: datetime) -> dict[str, Any]:
    return {"subject": "s", "endpoint": "e", "key": uuid7(), "fingerprint": "f", "used_at": at}


@pytest.fixture
def purge_memory(sessions: Sessions, tmp_path: Path) -> None:
    kept = {
        outbox: [sent(LONG_AGO), sent(LATELY), sent(None)],
        inbox: [handled(LONG_AGO), handled(LATELY)],
        idempotency_keys: [answered(LONG_AGO), answered(LATELY)],
    }
    with sessions.begin() as session:
        for table, values in kept.items():
            session.execute(sa.insert(table).values(values))
    settings = service_settings(ServiceSettings, "rfp", environment(tmp_path))
    common_jobs("rfp")["purge_memory"](Context(sessions, settings))


@pytest.mark.usefixtures("purge_memory")
def test_what_is_old_goes_and_what_was_not_sent_stays(sessions: Sessions) -> None:
    assert {row.published_at for row in rows(sessions, outbox)} == {LATELY, None}
    assert [row.handled_at for row in rows(sessions, inbox)] == [LATELY]
    assert [row.used_at for row in rows(sessions, idempotency_keys)] == [LATELY]
