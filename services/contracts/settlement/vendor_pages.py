from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from services.contracts.agreements import queries as agreements
from services.contracts.settlement import queries
from shared.kernel import Vendor
from shared.web import page, requires, transaction
from shared.web.pagination import page_size, paginate

pages = Blueprint(
    "own_credits",
    __name__,
    url_prefix="/portal/contracts/<uuid:contract_id>/credits",
    template_folder="templates",
)


@pages.get("")
@requires(Vendor)
def index(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
    }
    with transaction() as session:
        contract = agreements.contract(session, vendor, contract_id)
        part = paginate(session, *queries.credits_seen_by(vendor, contract_id), **place)
    return page("settlement/list.html", contract=contract, part=part, portal=True)


@pages.get("/<uuid:credit_id>")
@requires(Vendor)
def show(vendor: Vendor, contract_id: UUID, credit_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        credit = queries.credit(session, vendor, credit_id, contract_id)
    return page("settlement/show.html", credit=credit, values={}, portal=True)
