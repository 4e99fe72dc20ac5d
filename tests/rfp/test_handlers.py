import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from support.database import Sessions, rows

from services.rfp.handlers import HANDLERS
from services.rfp.vendors.domain import Standing
from services.rfp.vendors.persistence import vendors
from shared.directory import organisations, people
from shared.kernel import uuid7
from shared.messaging.envelope import Event
from shared.messaging.inbox import handle_once

SAMPLES = Path(__file__).parents[1] / "event_samples"
ORGANISATION = "tandem.identity.organisation_changed.v1"
SUBJECTS = ("person_id", "organisation_id")


def sample(event_type: str, *, sequence: int = 1, **changes: Any) -> Event:
    data = json.loads((SAMPLES / f"{event_type}.json").read_text()) | changes
    subject = next(data[name] for name in SUBJECTS if name in data)
    return Event(
        topic="tandem.identity.events",
        type=event_type,
        source="/tandem/gateway",
        subject=subject,
        time=datetime(2026, 11, 22, tzinfo=UTC),
        data=data,
        sequence=sequence,
        id=uuid7(),
    )


def handle(sessions: Sessions, *events: Event) -> list[bool]:
    with sessions.begin() as session:
        return [handle_once(session, event, HANDLERS, consumer="rfp") for event in events]


@pytest.mark.parametrize("event_type", [name for name in HANDLERS if "identity" in name])
def test_every_sample_is_handled_and_once_only(sessions: Sessions, event_type: str) -> None:
    event = sample(event_type)
    assert handle(sessions, event, event) == [True, False]


def test_a_vendor_is_registered_and_later_renamed(sessions: Sessions) -> None:
    first = sample(ORGANISATION, kind="vendor", name="Acme")
    renamed = sample(ORGANISATION, sequence=2, kind="vendor", name="Acme AG")
    handle(sessions, first, renamed)
    vendor_id = UUID(first.subject)
    [row] = rows(sessions, vendors, organisation_id=vendor_id)
    assert row.standing is Standing.PROSPECTIVE
    assert [row.name for row in rows(sessions, organisations, id=vendor_id)] == ["Acme AG"]


def test_an_older_state_does_not_overwrite_a_later_one(sessions: Sessions) -> None:
    later = sample(ORGANISATION, sequence=2, kind="vendor", name="New")
    handle(sessions, later, sample(ORGANISATION, kind="vendor", name="Old"))
    assert [row.name for row in rows(sessions, organisations, id=UUID(later.subject))] == ["New"]


@pytest.mark.parametrize("kind", ["buyer", "partner", "auditor"])
def test_others_are_no_vendors(sessions: Sessions, kind: str) -> None:
    event = sample(ORGANISATION, kind=kind)
    handle(sessions, event)
    assert rows(sessions, vendors, organisation_id=UUID(event.subject)) == []
    assert rows(sessions, organisations, id=UUID(event.subject))


def test_an_erased_person_has_no_name_here(sessions: Sessions) -> None:
    known = sample("tandem.identity.person_changed.v1")
    erased = sample("tandem.identity.person_erased.v1", sequence=2, person_id=known.subject)
    handle(sessions, known, erased)
    [row] = rows(sessions, people, id=UUID(known.subject))
    assert (row.name, row.email, row.active) == ("", "", False)


def test_what_nobody_handles_is_left_alone(sessions: Sessions) -> None:
    with sessions.begin() as session:
        assert handle_once(session, sample(ORGANISATION), {}, consumer="rfp") is False
