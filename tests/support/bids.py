"""Builders for bids: what a vendor sends, and ways to send it."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import rfps
from shared import db
from shared.kernel import uuid7
from support.actors import bearer
from support.database import Sessions

PRICE = "987654.32"  # found nowhere, unless something leaks
MONTHS = 12  # of the RFP that `an_rfp` builds


def an_offer(rfp: Rfp, **changes: Any) -> dict[str, Any]:
    """A complete bid: 1,000 a month for a year and 987,654.32 once."""
    whole = {
        "solution": "Twelve agents in Dalian, fluent in two languages.",
        "lines": [
            {"title": "Agents", "kind": "monthly", "quantity": "4", "unit_price": "250.00"},
            {"title": "Transition", "kind": "one_off", "quantity": "1", "unit_price": PRICE},
        ],
        "promises": [{"target_id": str(target.id), "value": "96.5"} for target in rfp.sla_targets],
    }
    return whole | changes


def lot_path(rfp: Rfp, what: str, lot: int = 0) -> str:
    return f"/api/v1/lots/{rfp.lots[lot].id}/{what}"


def send_bid(
    client: FlaskClient, rfp: Rfp, who: str, *, method: str = "POST", key: Any = None, lot: int = 0,
    **changes: Any,
) -> TestResponse:  # fmt: skip
    return client.open(
        lot_path(rfp, "bid", lot),
        method=method,
        json=an_offer(rfp, **changes),
        headers=bearer(who, **{"Idempotency-Key": str(key or uuid7())}),
    )


def send_file(
    client: FlaskClient, rfp: Rfp, who: str, content: bytes, *, name: str = "concept.pdf",
    key: Any = None, lot: int = 0,
) -> TestResponse:  # fmt: skip
    return client.post(
        lot_path(rfp, "files", lot),
        query_string={"name": name},
        data=content,
        content_type="application/pdf",
        headers=bearer(who, **{"Idempotency-Key": str(key or uuid7())}),
    )


def close_bids(sessions: Sessions, rfp: Rfp) -> None:
    """Move the deadline into the past, for the clocks of Python and SQL alike."""
    with sessions.begin() as session:
        past = db.clock(session) - timedelta(seconds=1)
        session.execute(sa.update(rfps).where(rfps.c.id == rfp.id).values(deadline_at=past))
