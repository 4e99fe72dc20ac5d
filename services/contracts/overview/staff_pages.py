from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from services.contracts.agreements.domain import READERS
from services.contracts.agreements.events import chain
from services.contracts.overview import queries
from services.contracts.overview.queries import HAPPENED, Show
from shared.kernel import Auditor, Staff
from shared.web import page, requires, transaction
from shared.web.pagination import page_size, paginate
from shared.web.timeline import timeline

pages = Blueprint("contract", __name__, url_prefix="/admin", template_folder="templates")
Reader = Staff | Auditor


@pages.get("/contracts/<uuid:contract_id>")
@requires(Reader, *READERS)
def show(reader: Reader, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        whole = queries.overview(session, reader, contract_id)
        lines = timeline(session, chain(contract_id), HAPPENED, limit=12)
    return page("overview/show.html", whole=whole, lines=lines, portal=False)


@pages.get("/contracts/<uuid:contract_id>/sla")
@requires(Reader, *READERS)
def sla(reader: Reader, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract, levels = queries.service_levels(session, reader, contract_id)
    return page("overview/sla.html", contract=contract, levels=levels, portal=False)


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
