from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.contracts.agreements import queries as agreements
from services.contracts.agreements.domain import READERS
from services.contracts.delivery import queries, schemas, usecases
from services.contracts.delivery.domain import LEVELS, LevelDecided, NewerVersion, NotWaiting
from shared.files import require_downloadable
from shared.kernel import Auditor, Staff
from shared.web import invalid, page, requires, see_other, transaction
from shared.web.downloads import attachment
from shared.web.errors import sentence
from shared.web.idempotency import idempotent
from shared.web.pagination import page_size, paginate

pages = Blueprint("milestones", __name__, url_prefix="/admin", template_folder="templates")
Reader = Staff | Auditor
OVERTAKEN = (NotWaiting, NewerVersion, LevelDecided)


@pages.get("/milestones")
@requires(Reader, *READERS)
def index(reader: Reader) -> ResponseReturnValue:
    asked = request.args.get("show", "")
    show = asked if asked in queries.SHOWN else ""
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
        "descending": False,
    }
    with transaction() as session:
        part = paginate(session, *queries.milestones_seen_by(reader, show), **place)
    return page("delivery/list.html", part=part, show=show, portal=False)


@pages.get("/contracts/<uuid:contract_id>/milestones")
@requires(Reader, *READERS)
def of_contract(reader: Reader, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract = agreements.contract(session, reader, contract_id)
        rows = queries.milestones_of(session, reader, contract_id)
    return page("delivery/of_contract.html", contract=contract, rows=rows, portal=False)


@pages.get("/milestones/<uuid:milestone_id>")
@requires(Reader, *READERS)
def show(reader: Reader, milestone_id: UUID) -> ResponseReturnValue:
    return page("delivery/show.html", values={}, **shown(reader, milestone_id))


@pages.post("/milestones/<uuid:milestone_id>/deliverables/<uuid:deliverable_id>/review")
@requires(Staff, "quality")
@idempotent
def review(reviewer: Staff, milestone_id: UUID, deliverable_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.ReviewForm().load(request.form)
    except ValidationError as error:
        return invalid("delivery/show.html", error, **shown(reviewer, milestone_id))
    try:
        with transaction() as session:
            usecases.review_deliverable(session, reviewer, deliverable_id=deliverable_id, **form)
    except OVERTAKEN as error:
        found = shown(reviewer, milestone_id) | {"moved": sentence(error)}
        return page("delivery/show.html", 409, values={}, **found)
    return see_other(url_for("milestones.show", milestone_id=milestone_id))


@pages.get("/milestones/<uuid:milestone_id>/deliverables/<uuid:deliverable_id>")
@requires(Reader, *READERS)
def download(reader: Reader, milestone_id: UUID, deliverable_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        file = queries.version_file(session, reader, deliverable_id)
    require_downloadable(file, allow_unscanned=current_app.extensions["settings"].allow_unscanned)
    return attachment(file.name, current_app.extensions["storage"].get(file.key), file.size)


def shown(reader: Reader, milestone_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        milestone = queries.milestone(session, reader, milestone_id)
    return {
        "m": milestone,
        "levels": LEVELS,
        "refusal": sentence(milestone.refusal) if milestone.refusal else "",
        "allow_unscanned": current_app.extensions["settings"].allow_unscanned,
    }
