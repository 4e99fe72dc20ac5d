"""A buyer awards a lot, without a page or the API."""

import json
from typing import Any

from services.rfp.awards import usecases
from services.rfp.awards.domain import Award
from services.rfp.tenders.domain import Rfp
from support.actors import staff
from support.database import Sessions
from support.evaluating import REASON
from support.opened import bids_by_vendor
from support.rfps import NOW

BUYER = staff("buyer")


def award(sessions: Sessions, rfp: Rfp, name: str = "huayun", **changes: Any) -> Award:
    asked = {"lot_id": rfp.lots[0].id, "bid_id": bids_by_vendor(sessions, rfp).get(name)}
    with sessions.begin() as session:
        return usecases.award_lot(
            session, BUYER, **(asked | {"reason": REASON, "now": NOW} | changes)
        )


def data_of(event: Any) -> Any:
    return json.loads(event.payload)
