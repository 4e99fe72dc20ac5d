"""Notices as other services raise them."""

from datetime import UTC, datetime
from typing import Any

from shared.kernel import Actor
from shared.messaging.envelope import Event
from support.actors import an_id

RAISED_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def a_notice(to: Actor, template: str = "plan_submitted", **changes: Any) -> Event:
    data = {
        "person_id": str(to.person_id),
        "template": template,
        "subject": {"type": "plan", "id": str(an_id("plan"))},
        "params": {"number": "PLAN-2026-001", "title": "Service desk"},
        "path": "/admin/plans/1",
        "due_at": None,
        "dedupe_key": f"{template}:1",
    }
    assert to.person_id
    return Event.of(
        "tandem.notices.notice_raised.v1",
        source="/tandem/rfp",
        subject=to.person_id,
        time=RAISED_AT,
        data=data | changes,
    )
