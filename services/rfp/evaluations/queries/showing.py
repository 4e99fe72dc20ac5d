"""One evaluation, as much of it as the reader may see."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.rfp.bids.domain import PriceLine
from services.rfp.bids.persistence import bid_documents, bid_lines, bid_promises, bids, opened_bids
from services.rfp.evaluations.domain import Evaluator, Panel, Score, rank_bids
from services.rfp.evaluations.persistence import (
    offers_by_lot,
    panels,
    scores_of,
    sheets_of,
)
from services.rfp.evaluations.queries.listing import IS_OPENED, visible_to
from services.rfp.evaluations.queries.readers import SEES_BIDS, Part, Reader, part_of
from services.rfp.evaluations.queries.views import (
    BidView,
    DocumentView,
    EvaluationView,
    LotView,
    PersonView,
    PromiseView,
)
from services.rfp.tenders.domain import Criterion, PriceFormula
from services.rfp.tenders.persistence import criteria, lots, rfps, sla_targets, stage_at
from shared import files
from shared.directory import organisations, person_name
from shared.files import StoredFile
from shared.kernel import NotFound

RFP = [
    *(
        rfps.c[name]
        for name in ("id", "number", "title", "currency", "starts_on", "ends_on", "price_formula")
    ),
    stage_at().label("stage"),
    *(rfps.c[name] for name in ("buyer_id", "opened_at", "evaluated_at", "awarded_at")),
]


def show_evaluation(session: Session, reader: Reader, rfp_id: UUID) -> EvaluationView:
    """What the reader may see of it now. Before the opening there is no evaluation."""
    own = select(*RFP).where(rfps.c.id == rfp_id, IS_OPENED, visible_to(reader))
    row = session.execute(own).one_or_none()
    if row is None:
        raise NotFound
    panel = panels(session, [rfp_id])[rfp_id]
    part = part_of(reader, panel, row.stage)
    asked = criteria_of(session, rfp_id)
    return EvaluationView(
        **row._mapping,
        part=part,
        criteria=asked,
        lots=lots_of(session, rfp_id, part, asked, panel, row.price_formula),
        people=people_of(session, panel),
        sheets=sheets(session, reader, rfp_id, part, panel),
    )


def criteria_of(session: Session, rfp_id: UUID) -> Sequence[Criterion]:
    own = select(Criterion).where(criteria.c.rfp_id == rfp_id)
    return session.scalars(own.order_by(criteria.c.position)).all()


def people_of(session: Session, panel: Panel) -> list[PersonView]:
    """The evaluators by name, with what they have declared and whether they have submitted."""
    found = [
        person_view(person_id, person_name(session, person_id), panel.declared.get(person_id))
        for person_id in (*panel.members, *panel.departed)
    ]
    return sorted(found, key=lambda person: (person.name, person.person_id))


def person_view(person_id: UUID, name: str, declared: Evaluator | None) -> PersonView:
    if declared is None:
        return PersonView(person_id, name)
    said = (declared.conflict, declared.text, declared.declared_at, declared.submitted_at)
    return PersonView(person_id, name, *said)


def sheets(
    session: Session, reader: Reader, rfp_id: UUID, part: Part, panel: Panel
) -> Mapping[UUID, Sequence[Score]]:
    """Nobody sees what others gave before all have submitted."""
    if part is Part.COMPARE:
        return sheets_of(session, rfp_id, panel.scoring())
    if part in SEES_BIDS and reader.person_id:
        return {reader.person_id: scores_of(session, rfp_id, reader.person_id)}
    return {}


def lots_of(
    session: Session,
    rfp_id: UUID,
    part: Part,
    asked: Sequence[Criterion],
    panel: Panel,
    formula: PriceFormula,
) -> list[LotView]:
    bidders = bids_of(session, rfp_id, part)
    offers = {}
    if part is Part.COMPARE:
        offers = offers_by_lot(session, rfp_id, panel.scoring())
    own = select(lots.c.id, lots.c.title).where(lots.c.rfp_id == rfp_id)
    return [
        LotView(
            lot_id,
            title,
            [bid for bid in bidders if bid.lot_id == lot_id],
            rank_bids(offers.get(lot_id, []), asked, formula) if part is Part.COMPARE else None,
        )
        for lot_id, title in session.execute(own.order_by(lots.c.position).limit(100))
    ]


def bids_of(session: Session, rfp_id: UUID, part: Part) -> list[BidView]:
    """Names only, or with what was offered, or with prices, too."""
    if part is Part.EXCLUDED:
        return []
    names = (opened_bids.c.bid_id, opened_bids.c.lot_id, opened_bids.c.vendor_id)
    price = opened_bids.c.total if part is Part.COMPARE else sa.null()
    solution = opened_bids.c.solution if part in SEES_BIDS else sa.literal("")
    known = sa.func.coalesce(organisations.c.name, "")
    rows = session.execute(
        select(*names, known, bids.c.received_at, price, solution)
        .join(bids, bids.c.id == opened_bids.c.bid_id)
        .join(lots, lots.c.id == opened_bids.c.lot_id)
        .outerjoin(organisations, organisations.c.id == opened_bids.c.vendor_id)
        .where(lots.c.rfp_id == rfp_id)
        .order_by(bids.c.received_at, bids.c.id)
        .limit(500)
    ).all()
    if part not in SEES_BIDS:
        return [BidView(*row) for row in rows]
    return [
        BidView(
            *row,
            promises=promises_of(session, row.bid_id),
            documents=documents_of(session, row.bid_id),
            lines=lines_of(session, row.bid_id) if part is Part.COMPARE else (),
        )
        for row in rows
    ]


def promises_of(session: Session, bid_id: UUID) -> list[PromiseView]:
    promised = (
        select(*(sla_targets.c[name] for name in ("title", "unit")), bid_promises.c.value)
        .add_columns(sla_targets.c.target)
        .join(sla_targets, sla_targets.c.id == bid_promises.c.target_id)
        .where(bid_promises.c.bid_id == bid_id)
    )
    rows = session.execute(promised.order_by(sla_targets.c.position).limit(100))
    return [PromiseView(*row) for row in rows]


def lines_of(session: Session, bid_id: UUID) -> list[PriceLine]:
    columns = [bid_lines.c[name] for name in PriceLine.__dataclass_fields__]
    own = select(*columns).where(bid_lines.c.bid_id == bid_id)
    return [PriceLine(*row) for row in session.execute(own.order_by(bid_lines.c.position))]


def documents_of(session: Session, bid_id: UUID) -> list[DocumentView]:
    columns = [bid_documents.c[name] for name in ("file_id", "name", "size", "sha256", "state")]
    there = bid_documents.outerjoin(files.files, files.files.c.id == bid_documents.c.file_id)
    found = select(*columns, files.files.c.scan_state).select_from(there)
    own = found.where(bid_documents.c.bid_id == bid_id)
    rows: Any = session.execute(own.order_by(bid_documents.c.position).limit(100))
    return [DocumentView(*row) for row in rows]


def show_document(session: Session, reader: Reader, rfp_id: UUID, file_id: UUID) -> StoredFile:
    """A file of a bid, for those who may see the bids."""
    evaluation = show_evaluation(session, reader, rfp_id)
    bids_there = (bid for lot in evaluation.lots for bid in lot.bids)
    if file_id not in {document.id for bid in bids_there for document in bid.documents}:
        raise NotFound
    return files.load_file(session, file_id)
