from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from services.contracts.agreements import queries, schemas, usecases
from shared.kernel import Vendor
from shared.web import page, requires, see_other, transaction
from shared.web.pagination import page_size, paginate

pages = Blueprint(
    "own_contracts", __name__, url_prefix="/portal/contracts", template_folder="templates"
)


@pages.get("")
@requires(Vendor)
def index(vendor: Vendor) -> ResponseReturnValue:
    """With `?award_id=` the contract that was drafted from it, once it is."""
    award_id = request.args.get("award_id", type=UUID)
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
    }
    with transaction() as session:
        listing = queries.contracts_seen_by(vendor, award_id)
        part = paginate(session, *listing, **place)
    if award_id and part.rows:
        return see_other(url_for("own_contract.show", contract_id=part.rows[0].id))
    return page("agreements/list.html", part=part, portal=True)


@pages.post("/<uuid:contract_id>/acceptance")
@requires(Vendor, "vendor_admin")
def accept(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    shown = schemas.AcceptanceForm().load(request.form)
    with transaction() as session:
        usecases.accept_contract(session, vendor, contract_id=contract_id, **shown)
    return see_other(url_for("own_contract.show", contract_id=contract_id))
