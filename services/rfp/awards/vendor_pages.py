from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from services.rfp.awards import queries
from services.rfp.evaluations.domain import published
from shared.kernel import Vendor
from shared.web import page, requires, transaction

pages = Blueprint("outcomes", __name__, url_prefix="/portal/bids", template_folder="templates")


@pages.app_context_processor
def for_other_pages() -> dict[str, Any]:
    """`has_outcome(bid_id)`: the receipt of a bid leads on to what came of it."""
    return {"has_outcome": has_outcome}


def has_outcome(bid_id: UUID) -> bool:
    with transaction() as session:
        return queries.has_outcome(session, bid_id)


@pages.get("/<uuid:bid_id>/outcome")
@requires(Vendor)
def show(vendor: Vendor, bid_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        outcome = queries.outcome(session, vendor, bid_id)
    return page("awards/outcome.html", outcome=outcome, published=published)
