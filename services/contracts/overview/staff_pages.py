from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.contracts.agreements.domain import READERS
from services.contracts.agreements.events import chain
from services.contracts.agreements.schemas import RefusalForm
from services.contracts.agreements.usecases import decline_contract
from services.contracts.overview import queries
from services.contracts.overview.queries import HAPPENED, Show
from shared.kernel import Auditor, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.pagination import page_size, paginate
from shared.web.timeline import timeline

pages = Blueprint("contract", __name__, url_prefix="/admin", template_folder="templates")
Reader = Staff | Auditor
SHOW = "overview/show.html"


@pages.get("/contracts/<uuid:contract_id>")
@requires(Reader, *READERS)
def show(reader: Reader, contract_id: UUID) -> ResponseReturnValue:
    return page(SHOW, **shown(reader, contract_id))


def shown(reader: Reader, contract_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        whole = queries.overview(session, reader, contract_id)
        lines = timeline(session, chain(contract_id), HAPPENED, limit=12)
    return {"whole": whole, "lines": lines, "portal": False}


@pages.post("/contracts/<uuid:contract_id>/refusal")
@requires(Staff, "contract_manager")
def decline(decliner: Staff, contract_id: UUID) -> ResponseReturnValue:
    try:
        form = RefusalForm().load(request.form)
    except ValidationError as error:
        return invalid(SHOW, error, **shown(decliner, contract_id))
    with transaction() as session:
        decline_contract(session, decliner, contract_id=contract_id, **form)
    return see_other(url_for("contract.show", contract_id=contract_id))


@pages.get("/contracts/<uuid:contract_id>/sla")
@requires(Reader, *READERS)
def sla(reader: Reader, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract, levels = queries.service_levels(session, reader, contract_id)
    found: dict[str, Any] = {"contract": contract, "levels": levels}
    found["begun"] = queries.has_ended_month(contract, now())
    adds = "contract_manager" in reader.roles
    return page("overview/sla.html", adds=adds, portal=False, **found)


@pages.get("/contracts/<uuid:contract_id>/history")
@requires(Reader, *READERS)
def history(reader: Reader, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract = queries.contract(session, reader, contract_id)
        lines = timeline(session, chain(contract_id), HAPPENED, limit=500)
    return page("overview/history.html", contract=contract, lines=lines, portal=False)


@pages.get("/approvals")
@requires(Reader, *READERS)
def approvals(reader: Reader) -> ResponseReturnValue:
    """What levels of review and finance have to decide on, the longest waiting first."""
    asked = request.args.get("show", "")
    show = Show(asked) if asked in list(Show) else queries.first_of(reader)
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
        "descending": False,
    }
    with transaction() as session:
        part = paginate(session, *queries.waiting(reader, show), **place)
    return page("overview/approvals.html", part=part, show=show, shows=list(Show))
