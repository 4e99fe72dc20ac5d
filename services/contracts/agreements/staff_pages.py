from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from services.contracts.agreements import queries, schemas, usecases
from services.contracts.agreements.domain import READERS
from shared.kernel import Auditor, Staff
from shared.web import page, requires, see_other, transaction
from shared.web.pagination import page_size, paginate

pages = Blueprint("contracts", __name__, url_prefix="/admin/contracts", template_folder="templates")
Reader = Staff | Auditor


@pages.get("")
@requires(Reader, *READERS)
def index(reader: Reader) -> ResponseReturnValue:
    """With `?award_id=` the contract that was drafted from it, once it is."""
    award_id = request.args.get("award_id", type=UUID)
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
    }
    with transaction() as session:
        listing = queries.contracts_seen_by(reader, award_id)
        part = paginate(session, *listing, **place)
    if award_id and part.rows:
        return see_other(url_for("contract.show", contract_id=part.rows[0].id))
    return page("agreements/list.html", part=part, portal=False)


@pages.post("/<uuid:contract_id>/acceptance")
@requires(Staff, "contract_manager")
def accept(accepter: Staff, contract_id: UUID) -> ResponseReturnValue:
    shown = schemas.AcceptanceForm().load(request.form)
    with transaction() as session:
        usecases.accept_contract(session, accepter, contract_id=contract_id, **shown)
    return see_other(url_for("contract.show", contract_id=contract_id))
