"""The opening: two openers, each once, after the deadline; the second one opens everything."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from services.rfp.bids import events
from services.rfp.bids.domain import (
    AlreadyConfirmed,
    Bid,
    BidContent,
    BidState,
    DocumentState,
    bid_context,
    require_opener,
)
from services.rfp.bids.persistence import (
    SealedDocument,
    add_row,
    bid_documents,
    bid_lines,
    bid_promises,
    confirmed_by,
    delete_drafts,
    envelope_of,
    insert_all,
    load_sealed_document,
    mark_failed,
    opened_bids,
    opening_notices,
    openings,
    rfps_past_deadline,
    sealed_bids,
    sealed_documents,
    settle_document,
)
from services.rfp.sealing.domain import KeyStore, Unreadable, unseal, unseal_chunks
from services.rfp.tenders import events as tender_events
from services.rfp.tenders.domain import Ending, Rfp, Stage
from services.rfp.tenders.domain.rfp import LEAST_OPENERS
from services.rfp.tenders.persistence import load_rfp, rfps
from services.rfp.tenders.usecases import end_unsuccessful
from shared import audit, db, jobs
from shared.files import Storage, StoredFile, keep, received
from shared.kernel import Staff, uuid7
from shared.messaging import outbox

DECRYPT = "decrypt_documents"  # the job that follows
# What a bid that was not made by us could do to the one who opens it.
DAMAGED = (Unreadable, ValueError, KeyError, TypeError, ArithmeticError, DataError, IntegrityError)


def confirm_opening(session: Session, opener: Staff, *, rfp_id: UUID, keys: KeyStore) -> Stage:
    """Confirm that the bids be opened, and open them if enough have. Says where the RFP stands."""
    rfp = load_rfp(session, rfp_id, rfps.c.published_at.is_not(None))
    now = db.clock(session)  # after the lock, so that no bid is under way any more
    require_opener(rfp, opener.user_id, now)
    if not add_row(session, openings, rfp_id=rfp_id, person_id=opener.user_id, at=now):
        raise AlreadyConfirmed
    audit.record(session, opener, chain=f"rfp:{rfp_id}", action="opening_confirmed")
    enough = len(confirmed_by(session, rfp_id)) >= LEAST_OPENERS
    if enough and not close_without_bids(session, opener, rfp, now):
        open_bids(session, opener, rfp, keys, now)
    return rfp.stage(now)


def close_without_bids(session: Session, actor: Staff | str, rfp: Rfp, now: datetime) -> bool:
    """If nobody has bid, there is nothing to open: the RFP ends here. Says whether it does."""
    if sealed_bids(session, rfp.id):
        return False
    delete_drafts(session, rfp.id)
    end_unsuccessful(session, actor, rfp, Ending.NO_BIDS, now)
    lots = [lot.id for lot in rfp.lots]
    outbox.record(session, tender_events.rfp_unsuccessful(rfp, Ending.NO_BIDS, lots, now))
    return True


def open_bids(session: Session, opener: Staff, rfp: Rfp, keys: KeyStore, now: datetime) -> None:
    """Everything at once. A bid that cannot be read stops no other and is recorded as such."""
    received = sealed_bids(session, rfp.id)
    key = keys.existing_key(rfp.id)
    senders = {bid.id: open_bid(session, rfp, bid, key) for bid in received}
    say_closed(session, rfp, now)
    rfp.opened_at = now
    delete_drafts(session, rfp.id)
    opened = [bid for bid in received if bid.state is BidState.OPENED]
    outbox.record(session, events.bids_opened(rfp, opened, now))
    go_on(session, rfp, opened, now)
    minute(session, opener, rfp, received, senders)
    jobs.defer(session, DECRYPT)


def go_on(session: Session, rfp: Rfp, opened: Sequence[Bid], now: datetime) -> None:
    """To the evaluators; or, where no bid can be read, to the buyer, who closes the lots."""
    if opened:
        events.tell_evaluators(session, rfp, now)
        events.tell_buyer_of_opening(session, rfp, now)
    else:
        rfp.evaluated_at = now
        events.tell_buyer(session, rfp, now)


def open_bid(session: Session, rfp: Rfp, bid: Bid, key: bytes) -> str:
    """Write down what a bid says, and answer who sent it."""
    context = bid_context(bid.lot_id, bid.vendor_id, bid.version)
    try:
        with session.begin_nested():
            content = BidContent.decoded(unseal(envelope_of(session, bid.id), key, context))
            write_content(session, rfp, bid, content)
    except DAMAGED:
        bid.state = BidState.UNREADABLE
        return ""
    bid.state = BidState.OPENED
    return content.submitted_by


def write_content(session: Session, rfp: Rfp, bid: Bid, content: BidContent) -> None:
    charges = content.charges(rfp.currency, rfp.starts_on, rfp.ends_on)
    whole = {
        "bid_id": bid.id,
        "lot_id": bid.lot_id,
        "vendor_id": bid.vendor_id,
        "solution": content.solution,
        "currency": rfp.currency,
        "total": charges.total,
        "submitted_by": content.submitted_by,
    }
    session.execute(sa.insert(opened_bids).values(**whole, **vars(charges)))
    insert_all(session, bid_lines, [
        {"id": uuid7(), "bid_id": bid.id, "position": position, **vars(line)}
        for position, line in enumerate(content.lines, start=1)
    ])  # fmt: skip
    insert_all(session, bid_promises, [
        {"bid_id": bid.id, **vars(promise)} for promise in content.promises
    ])  # fmt: skip
    sealed = {"bid_id": bid.id, "state": DocumentState.SEALED}
    insert_all(session, bid_documents, [
        {"position": position, **sealed, **vars(document)}
        for position, document in enumerate(content.documents, start=1)
    ])  # fmt: skip


def minute(
    session: Session, opener: Staff, rfp: Rfp, received: Sequence[Bid], senders: dict[UUID, str]
) -> None:
    """The minutes: who confirmed, which bids there were, and when; in the chain of the RFP."""
    openers = [str(person_id) for person_id in confirmed_by(session, rfp.id)]
    lines = [events.opened(bid) | {"state": bid.state} for bid in received]
    detail = {"openers": openers, "bids": lines, "count": len(lines)}
    audit.record(session, opener, chain=f"rfp:{rfp.id}", action="bids_opened", detail=detail)
    for bid in received:
        said = {"organisation_id": str(bid.vendor_id), "submitted_by": senders[bid.id]}
        audit.record(session, opener, chain=f"bid:{bid.id}", action=f"bid_{bid.state}", detail=said)


def documents_to_decrypt(session: Session) -> Sequence[tuple[UUID, UUID]]:
    """Bid and document of each file that is still encrypted after the opening."""
    return sealed_documents(session)


def decrypt_document(
    session: Session, storage: Storage, *, bid_id: UUID, document_id: UUID
) -> None:
    """Store a file of an opened bid as a file like any other. Done already, it does nothing."""
    sealed = load_sealed_document(session, bid_id, document_id)
    if sealed is None:
        return
    file = decrypted(session, storage, sealed)
    if file:
        settle_document(session, bid_id, document_id, DocumentState.READABLE, file.id)
        return
    settle_document(session, bid_id, document_id, DocumentState.DAMAGED)
    said = {"document_id": str(document_id)}
    audit.record(session, "system", chain=f"bid:{bid_id}", action="document_damaged", detail=said)


def record_failure(session: Session, *, bid_id: UUID, document_id: UUID) -> None:
    """The store failed. The file is tried again, and meanwhile the minutes say so."""
    if mark_failed(session, bid_id, document_id):
        said = {"document_id": str(document_id)}
        audit.record(session, "system", chain=f"bid:{bid_id}", action="document_stuck", detail=said)


def decrypted(session: Session, storage: Storage, sealed: SealedDocument) -> StoredFile | None:
    """The plain file, or None where what lies in the store is not what was sealed.

    Where nothing lies there the store may be away: `OSError`, and another try.
    """
    chunks = unseal_chunks(storage.get(sealed.location), sealed.key, size=sealed.size)
    about = {"name": sealed.name, "media_type": sealed.media_type, "by": sealed.submitted_by}
    try:
        with received(storage, chunks, prefix="opened", limit=sealed.size, **about) as file:
            if file.sha256 != sealed.sha256:
                raise Unreadable
            return keep(session, file)
    except Unreadable:
        return None


def past_deadline(session: Session) -> Sequence[UUID]:
    """RFPs whose deadline has passed, and of whom nobody has been told yet."""
    return rfps_past_deadline(session)


def tell_openers(session: Session, *, rfp_id: UUID) -> None:
    """Once per RFP, when its deadline has passed. Without a bid it is closed instead."""
    rfp = load_rfp(session, rfp_id)
    now = db.clock(session)  # after the lock, so that no bid is under way any more
    if rfp.stage(now) is not Stage.CLOSED or close_without_bids(session, "system", rfp, now):
        return
    if say_closed(session, rfp, now):
        events.tell_openers(session, rfp, now)


def say_closed(session: Session, rfp: Rfp, now: datetime) -> bool:
    """To all invited and the buyer, once; at the opening if that is first. Says if it was new."""
    new = add_row(session, opening_notices, rfp_id=rfp.id, at=now)
    if new:
        events.tell_invited(session, rfp, now)
        events.tell_buyer_of_closing(session, rfp, now)
    return new
