from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from services.contracts.agreements.events import chain
from services.contracts.overview import queries
from services.contracts.overview.queries import HAPPENED
from shared.kernel import Vendor
from shared.web import page, requires, transaction
from shared.web.timeline import timeline

pages = Blueprint(
    "own_contract", __name__, url_prefix="/portal/contracts", template_folder="templates"
)


@pages.get("/<uuid:contract_id>")
@requires(Vendor)
def show(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        whole = queries.overview(session, vendor, contract_id)
        lines = timeline(session, chain(contract_id), HAPPENED, names=False, limit=12)
    return page("overview/show.html", whole=whole, lines=lines, portal=True)


@pages.get("/<uuid:contract_id>/sla")
@requires(Vendor)
def sla(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract, levels = queries.service_levels(session, vendor, contract_id)
    return page("overview/sla.html", contract=contract, levels=levels, portal=True)


@pages.get("/<uuid:contract_id>/history")
@requires(Vendor)
def history(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract = queries.contract(session, vendor, contract_id)
        lines = timeline(session, chain(contract_id), HAPPENED, names=False, limit=500)
    return page("overview/history.html", contract=contract, lines=lines, portal=True)
