from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.contracts.agreements.events import chain
from services.contracts.agreements.schemas import RefusalForm
from services.contracts.agreements.usecases import decline_contract
from services.contracts.overview import queries
from services.contracts.overview.queries import HAPPENED
from shared.kernel import Vendor
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.timeline import timeline

pages = Blueprint(
    "own_contract", __name__, url_prefix="/portal/contracts", template_folder="templates"
)
SHOW = "overview/show.html"


@pages.get("/<uuid:contract_id>")
@requires(Vendor)
def show(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    return page(SHOW, **shown(vendor, contract_id))


def shown(vendor: Vendor, contract_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        whole = queries.overview(session, vendor, contract_id)
        lines = timeline(session, chain(contract_id), HAPPENED, names=False, limit=12)
    return {"whole": whole, "lines": lines, "portal": True}


@pages.post("/<uuid:contract_id>/refusal")
@requires(Vendor, "vendor_admin")
def decline(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    try:
        form = RefusalForm().load(request.form)
    except ValidationError as error:
        return invalid(SHOW, error, **shown(vendor, contract_id))
    with transaction() as session:
        decline_contract(session, vendor, contract_id=contract_id, **form)
    return see_other(url_for("own_contract.show", contract_id=contract_id))


@pages.get("/<uuid:contract_id>/sla")
@requires(Vendor)
def sla(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract, levels = queries.service_levels(session, vendor, contract_id)
    found: dict[str, Any] = {"contract": contract, "levels": levels}
    found["begun"] = queries.has_ended_month(contract, now())
    return page("overview/sla.html", portal=True, **found)


@pages.get("/<uuid:contract_id>/history")
@requires(Vendor)
def history(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract = queries.contract(session, vendor, contract_id)
        lines = timeline(session, chain(contract_id), HAPPENED, names=False, limit=500)
    return page("overview/history.html", contract=contract, lines=lines, portal=True)
