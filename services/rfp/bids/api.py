from typing import Any
from uuid import UUID

from flask import abort, current_app, request

from services.rfp.bids import queries, usecases
from services.rfp.bids.domain import Bid, BidContent, Document
from services.rfp.bids.queries import READERS, Reader
from services.rfp.bids.schemas import drafts, submission
from services.rfp.bids.schemas.opening import CancellationForm, Confirmation, Opening
from services.rfp.tenders.domain import Stage
from shared.kernel import Auditor, Staff, Vendor
from shared.web import requires, transaction
from shared.web.api import Blueprint
from shared.web.errors import sentence
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate
from shared.web.schemas import Page
from shared.web.uploads import uploaded_body

FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
STATES = {Stage.CLOSED: "waiting", Stage.UNSUCCESSFUL: "unsuccessful"}
api = Blueprint("bids-api", __name__, url_prefix="/api/v1", description="Bids and their opening")


@api.get("/lots/<uuid:lot_id>/draft")
@requires(Vendor)
@api.response(200, drafts.Draft)
def show_draft(vendor: Vendor, lot_id: UUID) -> dict[str, Any]:
    """What has been saved; empty where nothing has. Nobody reads it after the deadline."""
    with transaction() as session:
        usecases.require_bidder(session, vendor, lot_id=lot_id)
        return draft_of(queries.bidding(session, vendor, lot_id, current_app.extensions["keys"]))


@api.put("/lots/<uuid:lot_id>/draft")
@requires(Vendor)
@api.arguments(drafts.DraftForm)
@api.response(200, drafts.Draft)
def save_draft(vendor: Vendor, form: dict[str, Any], lot_id: UUID) -> dict[str, Any]:
    """Keep a draft, complete or not. It is sealed, and it is no bid."""
    keys = current_app.extensions["keys"]
    with transaction() as session:
        usecases.save_draft(session, vendor, lot_id=lot_id, keys=keys, **form)
        return draft_of(queries.bidding(session, vendor, lot_id, keys))


@api.post("/lots/<uuid:lot_id>/files")
@requires(Vendor)
@api.arguments(drafts.UploadQuery, location="query", as_kwargs=True)
@api.arguments(drafts.UploadHeaders, location="headers", as_kwargs=True)
@api.doc(requestBody=FILE)
@api.response(201, drafts.File)
def add_file(vendor: Vendor, lot_id: UUID, name: str, idempotency_key: UUID) -> Document:
    """The body is the file, at most 50 MB. It is encrypted while it arrives."""
    extensions = current_app.extensions
    upload = uploaded_body(limit=usecases.FILE_BYTES)
    with transaction() as session:
        usecases.require_bidder(session, vendor, lot_id=lot_id)
    about = {"name": upload.name, "media_type": upload.media_type}
    with usecases.sealed_file(extensions["storage"], upload.chunks, **about) as file:
        return take_file(vendor, lot_id, file, idempotency_key)


def take_file(
    vendor: Vendor, lot_id: UUID, file: usecases.SealedFile, idempotency_key: UUID
) -> Document:
    own: dict[str, Any] = {name: current_app.extensions[name] for name in ("keys", "storage")}
    own["idempotency_key"] = idempotency_key
    try:
        with transaction() as session:
            return usecases.add_file(session, vendor, lot_id=lot_id, file=file, **own)
    except usecases.KeyReused as error:
        abort(422, sentence(error))


@api.delete("/lots/<uuid:lot_id>/files/<uuid:file_id>")
@requires(Vendor)
@api.response(204)
def remove_file(vendor: Vendor, lot_id: UUID, file_id: UUID) -> None:
    """Take a file out of the draft. A bid that was submitted with it keeps it."""
    keys = current_app.extensions["keys"]
    with transaction() as session:
        usecases.remove_file(session, vendor, lot_id=lot_id, file_id=file_id, keys=keys)


@api.route("/lots/<uuid:lot_id>/bid", methods=["POST", "PUT"])
@requires(Vendor)
@idempotent
@api.arguments(submission.BidForm())
@api.response(201, submission.Receipt)
def submit_bid(vendor: Vendor, form: dict[str, Any], lot_id: UUID) -> Bid:
    """POST a first bid, PUT one that replaces what was there. The answer is the receipt."""
    content: BidContent = form["content"]
    with transaction() as session:
        return usecases.submit_bid(
            session,
            vendor,
            lot_id=lot_id,
            content=content,
            files=form["files"],
            keys=current_app.extensions["keys"],
            replace=request.method == "PUT",
        )


@api.delete("/lots/<uuid:lot_id>/bid")
@requires(Vendor)
@api.response(200, submission.Receipt)
def withdraw_bid(vendor: Vendor, lot_id: UUID) -> Bid:
    """Take your bid back before the deadline. The answer is its receipt; you may bid again."""
    with transaction() as session:
        return usecases.withdraw_bid(session, vendor, lot_id=lot_id)


@api.get("/bids")
@requires(Vendor)
@api.arguments(Page, location="query", as_kwargs=True)
@api.response(200, submission.ReceiptList)
def list_bids(vendor: Vendor, **part: Any) -> Any:
    """One's own bids in all versions, the latest first."""
    with transaction() as session:
        rows = queries.own_bids(vendor)
        return paginate(session, rows, queries.ORDER, queries.Receipt, **part)


@api.get("/bids/<uuid:bid_id>")
@requires(Vendor)
@api.response(200, submission.Receipt)
def show_receipt(vendor: Vendor, bid_id: UUID) -> queries.Receipt:
    with transaction() as session:
        return queries.receipt(session, vendor, bid_id)


@api.get("/rfps/<uuid:rfp_id>/opening")
@requires((Staff, Auditor), *READERS)
@api.response(200, Opening)
def show_opening(reader: Reader, rfp_id: UUID) -> queries.OpeningRoom:
    """Who has confirmed, and what may be known of the bids by now."""
    with transaction() as session:
        return queries.opening_room(session, reader, rfp_id)


@api.post("/rfps/<uuid:rfp_id>/opening")
@requires(Staff, "opener")
@api.response(200, Confirmation)
def confirm_opening(opener: Staff, rfp_id: UUID) -> dict[str, str]:
    """Confirm once. When two openers have, all bids are open.

    `state` is then `opened`, before that `waiting`, and `unsuccessful` if nobody has bid.
    """
    keys = current_app.extensions["keys"]
    with transaction() as session:
        stage = usecases.confirm_opening(session, opener, rfp_id=rfp_id, keys=keys)
    return {"state": STATES.get(stage, "opened")}


@api.post("/rfps/<uuid:rfp_id>/cancellation")
@requires(Staff, "buyer")
@api.arguments(CancellationForm, as_kwargs=True)
@api.response(204)
def cancel_rfp(buyer: Staff, rfp_id: UUID, reason: str) -> None:
    """Call a published RFP off. Bids that have come in are never opened; their key is destroyed."""
    with transaction() as session:
        usecases.cancel_rfp(session, buyer, rfp_id=rfp_id, reason=reason)


def draft_of(bidding: queries.Bidding) -> dict[str, Any]:
    place, files = bidding.place, bidding.documents
    return {
        **bidding.answers,
        "lot_id": place.lot_id,
        "files": files,
        "updated_at": place.drafted_at,
    }
