from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.bids import queries, usecases
from services.rfp.bids.domain import Bid, BidContent, BidState, DraftChanged, LineKind
from services.rfp.bids.queries import Bidding
from services.rfp.bids.schemas.submission import SubmitForm
from services.rfp.bids.vendor_pages import form as bid_form
from services.rfp.bids.vendor_pages import saving
from services.rfp.tenders.domain import Stage
from services.rfp.tenders.domain.errors import RfpClosed
from shared.kernel import N_, Vendor
from shared.web import page, requires, see_other, transaction
from shared.web.forms import form_errors
from shared.web.idempotency import idempotent
from shared.web.pagination import page_size, paginate
from shared.web.timeline import timeline

pages = Blueprint("bids", __name__, url_prefix="/portal/bids", template_folder="../templates")
TONES = {
    BidState.SUBMITTED: "sealed",
    BidState.REPLACED: "off",
    BidState.WITHDRAWN: "off",
    BidState.OPENED: "good",
    BidState.UNREADABLE: "bad",
}
HAPPENED = {
    "bid_received": N_("Received and sealed, version %(version)s"),
    "bid_replaced": N_("Replaced by a later version"),
    "bid_withdrawn": N_("Withdrawn"),
    "bid_opened": N_("Opened"),
    "bid_unreadable": N_("Could not be read at the opening"),
    "document_damaged": N_("One of the files could not be read"),
}


@pages.app_context_processor
def for_other_pages() -> dict[str, Any]:
    """`own_places(rfp_id)`: on the page of an RFP each lot leads on to one's own bid."""
    return {"own_places": own_places}


def own_places(rfp_id: UUID) -> Sequence[queries.Place]:
    with transaction() as session:
        return queries.places_in(session, g.actor, rfp_id)


@pages.get("")
@requires(Vendor)
def index(vendor: Vendor) -> ResponseReturnValue:
    after, limit = request.args.get("after", ""), page_size(request.args.get("size"))
    with transaction() as session:
        part = paginate(
            session,
            queries.own_places(vendor),
            queries.PLACE_ORDER,
            queries.as_place,
            after=after,
            limit=limit,
        )
    return page("bids/list.html", part=part, tones=TONES)


@pages.get("/lots/<uuid:lot_id>")
@requires(Vendor)
def edit(vendor: Vendor, lot_id: UUID) -> ResponseReturnValue:
    """The form, from the draft; with `?check=1` it says what is missing."""
    bidding = load(vendor, lot_id)
    asked = "check" in request.args and bidding.place.is_open
    errors = bid_form.checked(bidding).errors if asked else {}
    return page("bids/edit.html", errors=errors, **shown(bidding))


@pages.post("/lots/<uuid:lot_id>")
@requires(Vendor)
def save(vendor: Vendor, lot_id: UUID) -> ResponseReturnValue:
    """Each button saves the draft, and then adds or removes something or goes on to the check.

    Which one it was stands in the address: form fields are read up to the file and no further.
    """
    try:
        refused = saving.keep_form(vendor, lot_id)
    except RfpClosed:
        return closed(vendor, lot_id)
    except DraftChanged:
        return changed(vendor, lot_id)
    except ValidationError as error:
        typed = as_typed(vendor, lot_id)
        if not typed.place.is_open:
            return closed(vendor, lot_id)
        errors = form_errors(error.messages_dict)
        return page("bids/edit.html", 422, errors=errors, **shown(typed))
    if refused:
        told = {"errors": {"file": refused.why}, **shown(load(vendor, lot_id))}
        return page("bids/edit.html", refused.status, **told)
    if request.args.get("step") != "check":
        row = "new" if "add" in request.args else None
        return see_other(url_for("bids.edit", lot_id=lot_id, row=row))
    bidding = load(vendor, lot_id)
    if errors := bid_form.checked(bidding).errors:
        return page("bids/edit.html", 422, errors=errors, **shown(bidding))
    return see_other(url_for("bids.check", lot_id=lot_id))


@pages.get("/lots/<uuid:lot_id>/deadline")
@requires(Vendor)
def deadline(vendor: Vendor, lot_id: UUID) -> ResponseReturnValue:
    """The countdown of the form. Once bids are closed it says so, and asks no more."""
    with transaction() as session:
        place = queries.place_of(session, vendor, lot_id)
    answer = make_response(render_template("bids/_deadline.html", place=place))
    if not place.is_open:
        answer.headers["HX-Reswap"] = "outerHTML"
    return answer


@pages.get("/lots/<uuid:lot_id>/check")
@requires(Vendor)
def check(vendor: Vendor, lot_id: UUID) -> ResponseReturnValue:
    """The whole bid once more, before it is sealed. Whoever comes back to it finds the receipt."""
    bidding = load(vendor, lot_id)
    if (sealed := bidding.place.bid) and not bidding.place.unsent:
        return see_other(url_for("bids.show", bid_id=sealed.id))
    content = bid_form.checked(bidding).content
    if content is None or not bidding.place.is_open:
        return see_other(url_for("bids.edit", lot_id=lot_id, check=1))
    return page("bids/check.html", content=content, **shown(bidding))


@pages.post("/lots/<uuid:lot_id>/bid")
@requires(Vendor)
@idempotent
def submit(vendor: Vendor, lot_id: UUID) -> ResponseReturnValue:
    """Seal what was checked: if the draft has changed since, nothing is submitted."""
    form = SubmitForm().load(request.form)
    try:
        with transaction() as session:
            usecases.require_bidder(session, vendor, lot_id=lot_id)
        bidding = load(vendor, lot_id)
        checked = bid_form.checked(bidding)
        if checked.content is None:
            return page("bids/edit.html", 422, errors=checked.errors, **shown(bidding))
        bid = seal(vendor, bidding, checked.content, form)
    except RfpClosed:
        return closed(vendor, lot_id)
    except DraftChanged:
        about = {"content": checked.content, "changed": True, **shown(bidding)}
        return page("bids/check.html", 409, **about)
    return see_other(url_for("bids.show", bid_id=bid.id))


def seal(vendor: Vendor, bidding: Bidding, content: BidContent, form: dict[str, Any]) -> Bid:
    with transaction() as session:
        return usecases.submit_bid(
            session,
            vendor,
            lot_id=bidding.place.lot_id,
            content=content,
            files=[document.id for document in bidding.documents],
            keys=current_app.extensions["keys"],
            **form,
        )


def closed(vendor: Vendor, lot_id: UUID) -> ResponseReturnValue:
    """It came too late. What was typed is shown once more: nobody else has it."""
    typed = as_typed(vendor, lot_id)
    late = replace(typed, place=replace(typed.place, stage=Stage.CLOSED))
    return page("bids/edit.html", 409, **shown(late))


def changed(vendor: Vendor, lot_id: UUID) -> ResponseReturnValue:
    """The form with what was typed, and where it differs from what a colleague has stored."""
    stored = load(vendor, lot_id)
    typed = replace(stored, answers=bid_form.typed(request.form))
    differs = bid_form.differences(typed, stored)
    return page("bids/edit.html", 409, differs=differs, **shown(typed))


def as_typed(vendor: Vendor, lot_id: UUID) -> Bidding:
    return replace(load(vendor, lot_id), answers=bid_form.typed(request.form))


@pages.get("/<uuid:bid_id>")
@requires(Vendor)
def show(vendor: Vendor, bid_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        receipt = queries.receipt(session, vendor, bid_id)
        shown: dict[str, Any] = {
            "place": queries.place_of(session, vendor, receipt.lot_id),
            "files": queries.files_of(session, vendor, receipt, current_app.extensions["keys"]),
            "minute": queries.own_minute(session, vendor, receipt),
            "history": timeline(session, f"bid:{bid_id}", HAPPENED, names=False),
        }
    return page("bids/receipt.html", receipt=receipt, tones=TONES, **shown)


@pages.post("/lots/<uuid:lot_id>/withdrawal")
@requires(Vendor)
def withdraw(vendor: Vendor, lot_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        bid = usecases.withdraw_bid(session, vendor, lot_id=lot_id)
    return see_other(url_for("bids.show", bid_id=bid.id))


def load(vendor: Vendor, lot_id: UUID) -> Bidding:
    with transaction() as session:
        return queries.bidding(session, vendor, lot_id, current_app.extensions["keys"])


def shown(bidding: Bidding) -> dict[str, Any]:
    return {
        "bidding": bidding,
        "place": bidding.place,
        "rows": bid_form.price_rows(bidding),
        "wishes": bid_form.wishes(bidding),
        "totals": bid_form.totals(bidding),
        "parts": bid_form.parts(bidding),
        "kinds": list(LineKind),
        "tones": TONES,
    }
