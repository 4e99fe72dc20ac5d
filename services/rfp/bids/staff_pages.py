from uuid import UUID

from flask import Blueprint, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.bids import queries, usecases
from services.rfp.bids.domain import BidState
from services.rfp.bids.queries import READERS, OpeningRoom, Reader
from services.rfp.bids.schemas.opening import CancellationForm
from services.rfp.tenders.queries.staff import show_rfp
from shared.kernel import N_, Auditor, Staff
from shared.web import invalid, page, requires, see_other, transaction
from shared.web.timeline import timeline

pages = Blueprint("openings", __name__, url_prefix="/admin/rfps", template_folder="templates")
TONES = {BidState.OPENED: "good", BidState.UNREADABLE: "bad"}
HAPPENED = {
    "opening_confirmed": N_("Opening confirmed"),
    "bids_opened": N_("Bids opened: %(count)s"),
}


@pages.get("/<uuid:rfp_id>/opening")
@requires((Staff, Auditor), *READERS)
def room(reader: Reader, rfp_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        opening = queries.opening_room(session, reader, rfp_id)
        history = timeline(session, f"rfp:{rfp_id}", HAPPENED)
    return page(
        "bids/opening.html",
        room=opening,
        history=history,
        reader=reader,
        news=news_of(opening),
        tones=TONES,
    )


@pages.get("/<uuid:rfp_id>/opening/news")
@requires((Staff, Auditor), *READERS)
def news(reader: Reader, rfp_id: UUID) -> ResponseReturnValue:
    """Asked again and again: 204, or that the page be loaded anew since something happened."""
    with transaction() as session:
        opening = queries.opening_room(session, reader, rfp_id)
    if request.args.get("seen") == news_of(opening):
        return "", 204
    return make_response("", 200, {"HX-Refresh": "true"})


@pages.post("/<uuid:rfp_id>/opening")
@requires(Staff, "opener")
def confirm(opener: Staff, rfp_id: UUID) -> ResponseReturnValue:
    keys = current_app.extensions["keys"]
    with transaction() as session:
        usecases.confirm_opening(session, opener, rfp_id=rfp_id, keys=keys)
    return see_other(url_for("openings.room", rfp_id=rfp_id))


@pages.get("/<uuid:rfp_id>/cancellation")
@requires(Staff, "buyer")
def consider_cancelling(buyer: Staff, rfp_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        rfp = show_rfp(session, buyer, rfp_id)
    return page("bids/cancel.html", rfp=rfp)


@pages.post("/<uuid:rfp_id>/cancellation")
@requires(Staff, "buyer")
def cancel(buyer: Staff, rfp_id: UUID) -> ResponseReturnValue:
    try:
        form = CancellationForm().load(request.form)
    except ValidationError as error:
        with transaction() as session:
            rfp = show_rfp(session, buyer, rfp_id)
        return invalid("bids/cancel.html", error, rfp=rfp)
    with transaction() as session:
        usecases.cancel_rfp(session, buyer, rfp_id=rfp_id, **form)
    return see_other(url_for("rfps.show", rfp_id=rfp_id))


def news_of(room: OpeningRoom) -> str:
    """Changes whenever the page would: with the stage, with each confirmation."""
    return f"{room.stage}-{len(room.openers) - len(room.missing)}"
