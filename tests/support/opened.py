"""RFPs whose bids are open, and panels that have scored them, without going through sealing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.rfp.bids.domain import Bid, BidState, DocumentState
from services.rfp.bids.persistence import (
    bid_documents,
    bid_files,
    bid_lines,
    bid_promises,
    opened_bids,
)
from services.rfp.evaluations import usecases
from services.rfp.evaluations.domain import Conflict, Score
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared.kernel import Staff, uuid7
from support.actors import an_id, staff
from support.database import Sessions
from support.rfps import EVALUATORS, NOW, an_rfp, stored

OPENED_AT = NOW - timedelta(hours=1)
PRICES = {"huayun": Decimal("1320000.00"), "nordwind": Decimal("1100000.00")}


def an_opened_rfp(sessions: Sessions, plan: Plan, **changes: Any) -> Rfp:
    """Closed two hours ago, opened one hour ago; both bidders have bid on the first lot."""
    times = {"deadline_at": NOW - timedelta(hours=2), "opened_at": OPENED_AT}
    rfp: Rfp = stored(sessions, an_rfp(plan, **(times | changes)))
    for minute, (name, price) in enumerate(PRICES.items()):
        received_at = NOW - timedelta(hours=3, minutes=-minute)
        add_bid(sessions, rfp, rfp.lots[0].id, name, price, received_at)
    return rfp


def add_bid(
    sessions: Sessions, rfp: Rfp, lot_id: UUID, vendor: str, price: Decimal, received_at: Any
) -> UUID:
    """As the opening writes it: twelve equal months and a hundred thousand once."""
    organisation_id = an_id(f"{vendor}-org")
    bid = Bid(lot_id, organisation_id, 1, received_at, "0" * 64, 4096, b"", BidState.OPENED)
    once = Decimal("100000.00")
    opened = {
        "bid_id": bid.id, "lot_id": lot_id, "vendor_id": organisation_id, "currency": rfp.currency,
        "solution": f"{vendor} answers.\nAlways.", "monthly": by_month(price - once),
        "one_off": once, "months": 12, "total": price, "submitted_by": f"usr_{an_id(vendor)}",
    }  # fmt: skip
    file = {
        "id": uuid7(), "lot_id": lot_id, "vendor_id": organisation_id, "key": str(bid.id),
        "sha256": "0" * 64, "padded_size": 4096, "created_at": received_at,
    }  # fmt: skip
    with sessions.begin() as session:
        session.add(bid)
        session.flush()
        session.execute(sa.insert(opened_bids).values(**opened))
        session.execute(sa.insert(bid_files).values(**file))
        for table, row in contents(rfp, bid, file["id"], vendor, price - once, once):
            session.execute(sa.insert(table).values(bid_id=bid.id, **row))
    return bid.id


def by_month(price: Decimal) -> Decimal:
    return (price / 12).quantize(Decimal("0.01"))


def contents(
    rfp: Rfp, bid: Bid, file_id: Any, vendor: str, monthly: Decimal, once: Decimal
) -> Sequence[tuple[sa.Table, dict[str, Any]]]:
    lines = (("Monthly fee", "monthly", by_month(monthly)), ("Transition", "one_off", once))
    return [
        *((bid_lines, {"id": uuid7(), "position": n, "title": title, "kind": kind,
                       "quantity": Decimal(1), "unit_price": price})
          for n, (title, kind, price) in enumerate(lines, start=1)),
        *((bid_promises, {"target_id": target.id, "value": Decimal("97.5")})
          for target in rfp.sla_targets),
        (bid_documents, {"id": file_id, "position": 1, "name": f"{vendor}.pdf", "size": 9,
                         "media_type": "application/pdf", "sha256": "a" * 64,
                         "state": DocumentState.SEALED, "key": b"k" * 32}),
    ]  # fmt: skip


def bids_by_vendor(sessions: Sessions, rfp: Rfp) -> dict[str, UUID]:
    """Of the first lot, by short name."""
    names = {an_id(f"{name}-org"): name for name in PRICES}
    with sessions() as session:
        rows = session.execute(
            sa.select(opened_bids.c.vendor_id, opened_bids.c.bid_id).where(
                opened_bids.c.lot_id == rfp.lots[0].id
            )
        )
        return {names[vendor_id]: bid_id for vendor_id, bid_id in rows}


def sheet(bids: Mapping[str, UUID], rfp: Rfp, grades: Mapping[str, str | None]) -> list[Score]:
    """The same grade for a vendor on every criterion."""
    return [
        Score(bid_id, criterion.id, None if (g := grades[name]) is None else Decimal(g), "So so.")
        for name, bid_id in bids.items()
        for criterion in rfp.criteria
        if not criterion.is_price
    ]


def declare(
    sessions: Sessions, who: str, rfp: Rfp, conflict: Conflict = Conflict.NONE, text: str = ""
) -> None:
    with sessions.begin() as session:
        usecases.declare_interests(
            session, staff(who), rfp_id=rfp.id, conflict=conflict, text=text, now=NOW
        )


def score(sessions: Sessions, who: str, rfp: Rfp, grades: Mapping[str, str | None]) -> None:
    """Declare, save and submit."""
    declare(sessions, who, rfp)
    save(sessions, who, rfp, sheet(bids_by_vendor(sessions, rfp), rfp, grades))
    submit(sessions, staff(who), rfp)


def save(sessions: Sessions, who: str, rfp: Rfp, given: list[Score]) -> None:
    with sessions.begin() as session:
        usecases.save_scores(session, staff(who), rfp_id=rfp.id, given=given, now=NOW)


def submit(sessions: Sessions, evaluator: Staff, rfp: Rfp) -> None:
    with sessions.begin() as session:
        usecases.submit_scores(session, evaluator, rfp_id=rfp.id, now=NOW)


def an_evaluated_rfp(sessions: Sessions, plan: Plan, **changes: Any) -> Rfp:
    """Huayun, the dearer one, has 4 on everything, Nordwind 3: 80.67 to 68.00 points."""
    rfp = an_opened_rfp(sessions, plan, **changes)
    for who in EVALUATORS:
        score(sessions, who, rfp, {"huayun": "4", "nordwind": "3"})
    return rfp
