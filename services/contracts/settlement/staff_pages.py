from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.contracts.agreements import queries as agreements
from services.contracts.agreements.domain import READERS
from services.contracts.settlement import queries, schemas, usecases
from services.contracts.settlement.domain import CreditDecided
from shared.kernel import Auditor, Staff
from shared.web import invalid, page, requires, see_other, transaction
from shared.web.errors import sentence
from shared.web.pagination import page_size, paginate

pages = Blueprint(
    "credits",
    __name__,
    url_prefix="/admin/contracts/<uuid:contract_id>/credits",
    template_folder="templates",
)
Reader = Staff | Auditor


@pages.get("")
@requires(Reader, *READERS)
def index(reader: Reader, contract_id: UUID) -> ResponseReturnValue:
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
    }
    with transaction() as session:
        contract = agreements.contract(session, reader, contract_id)
        part = paginate(session, *queries.credits_seen_by(reader, contract_id), **place)
    return page("settlement/list.html", contract=contract, part=part, portal=False)


@pages.get("/<uuid:credit_id>")
@requires(Reader, *READERS)
def show(reader: Reader, contract_id: UUID, credit_id: UUID) -> ResponseReturnValue:
    return page("settlement/show.html", values={}, **shown(reader, contract_id, credit_id))


@pages.post("/<uuid:credit_id>/decision")
@requires(Staff, "finance")
def decide(finance: Staff, contract_id: UUID, credit_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.DecisionForm().load(request.form)
    except ValidationError as error:
        return invalid("settlement/show.html", error, **shown(finance, contract_id, credit_id))
    try:
        with transaction() as session:
            usecases.decide_credit(session, finance, credit_id=credit_id, **form)
    except CreditDecided as error:
        found = shown(finance, contract_id, credit_id) | {"moved": sentence(error)}
        return page("settlement/show.html", 409, values={}, **found)
    return see_other(url_for("credits.show", contract_id=contract_id, credit_id=credit_id))


def shown(reader: Reader, contract_id: UUID, credit_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        return {
            "credit": queries.credit(session, reader, credit_id, contract_id),
            "portal": False,
        }
