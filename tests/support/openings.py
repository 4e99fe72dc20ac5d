"""How bids are opened, by API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.rfp.bids import jobs
from services.rfp.bids.persistence import (
    bids,
)
from services.rfp.config import Settings
from services.rfp.tenders.domain import Rfp
from shared.jobs import Context
from support.actors import bearer
from support.bids import close_bids
from support.database import Sessions
from support.rfps import OPENERS

Clock = Callable[[datetime], None]


def confirm(client: FlaskClient, rfp: Rfp, who: str) -> TestResponse:
    return client.post(f"/api/v1/rfps/{rfp.id}/opening", headers=bearer(who))


def room(client: FlaskClient, rfp: Rfp, who: str = "opener1") -> Any:
    return client.get(f"/api/v1/rfps/{rfp.id}/opening", headers=bearer(who)).json


def open_all(client: FlaskClient, sessions: Sessions, rfp: Rfp, outcome: str = "opened") -> None:
    close_bids(sessions, rfp)
    states = [confirm(client, rfp, who).json["state"] for who in OPENERS]
    assert states == ["waiting", outcome]


def decrypt_files(sessions: Sessions, settings: Settings) -> None:
    jobs.decrypt_documents(Context(sessions, settings))


def spoil(sessions: Sessions, bid_id: Any, **changes: Any) -> None:
    with sessions.begin() as session:
        session.execute(sa.update(bids).where(bids.c.id == UUID(str(bid_id))).values(**changes))
