from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g
from flask.typing import ResponseReturnValue

from services.rfp.awards.queries import outcomes
from services.rfp.awards.queries.staff import winning_document
from services.rfp.evaluations.domain import published
from shared.files import require_downloadable
from shared.kernel import Vendor
from shared.web import page, requires, transaction
from shared.web.downloads import attachment

pages = Blueprint("outcomes", __name__, url_prefix="/portal/bids", template_folder="templates")


@pages.app_context_processor
def for_other_pages() -> dict[str, Any]:
    """The receipt of a bid leads on to what came of it, and the list of bids says it."""
    return {"ending_of": ending_of, "came_of": came_of}


def came_of(bid_ids: Collection[UUID]) -> dict[UUID, outcomes.Came]:
    """Of the reader's own bids, for their list."""
    with transaction() as session:
        return outcomes.came_of(session, g.actor, bid_ids)


def ending_of(bid_id: UUID) -> str:
    """Of the reader's own bid."""
    with transaction() as session:
        if outcomes.is_cancelled(session, g.actor, bid_id):
            return "cancelled"
        if outcomes.ended_without_award(session, g.actor, bid_id):
            return "closed"
        if outcomes.has_outcome(session, g.actor, bid_id):
            return "awarded"
        return "declined" if outcomes.is_declined(session, g.actor, bid_id) else ""


@pages.get("/<uuid:bid_id>/outcome")
@requires(Vendor)
def show(vendor: Vendor, bid_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        outcome = outcomes.outcome(session, vendor, bid_id)
    return page("awards/outcome.html", outcome=outcome, published=published)


@pages.get("/awards/<uuid:award_id>/documents/<sha256>")
@requires(Vendor)
def document(vendor: Vendor, award_id: UUID, sha256: str) -> ResponseReturnValue:
    """A file of one's own bid that has won: the contract leads here."""
    with transaction() as session:
        file = winning_document(session, vendor, award_id, sha256)
    require_downloadable(file, allow_unscanned=True)
    return attachment(file.name, current_app.extensions["storage"].get(file.key), file.size)
