from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue

from services.contracts.agreements import queries as agreements
from services.contracts.delivery import queries, usecases
from services.contracts.delivery.domain import LARGEST_FILE, LEVELS
from shared.files import FileEmpty, ReceivedFile, require_downloadable
from shared.kernel import Vendor
from shared.web import invalid, page, requires, see_other, transaction
from shared.web.downloads import attachment
from shared.web.errors import sentence
from shared.web.i18n import gettext as _
from shared.web.idempotency import idempotent_upload, used_before
from shared.web.pagination import page_size, paginate
from shared.web.uploads import uploaded_file

pages = Blueprint("own_milestones", __name__, url_prefix="/portal", template_folder="templates")


@pages.get("/milestones")
@requires(Vendor)
def index(vendor: Vendor) -> ResponseReturnValue:
    asked = request.args.get("show", "")
    show = asked if asked in queries.SHOWN else ""
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
        "descending": False,
    }
    with transaction() as session:
        part = paginate(session, *queries.milestones_seen_by(vendor, show), **place)
    return page("delivery/list.html", part=part, show=show, portal=True)


@pages.get("/contracts/<uuid:contract_id>/milestones")
@requires(Vendor)
def of_contract(vendor: Vendor, contract_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        contract = agreements.contract(session, vendor, contract_id)
        rows = queries.milestones_of(session, vendor, contract_id)
    return page("delivery/of_contract.html", contract=contract, rows=rows, portal=True)


@pages.get("/milestones/<uuid:milestone_id>")
@requires(Vendor)
def show(vendor: Vendor, milestone_id: UUID) -> ResponseReturnValue:
    return page("delivery/own.html", **shown(vendor, milestone_id))


@contextmanager
def received(vendor: Vendor, milestone_id: UUID) -> Iterator[ReceivedFile]:
    """What is not wanted is refused before a byte of it is read."""
    if not used_before():
        with transaction() as session:
            usecases.require_wanted(session, vendor, milestone_id)
    upload = uploaded_file(limit=LARGEST_FILE)
    if upload is None:
        abort(refused(vendor, milestone_id, _("Choose the file that you want to upload.")))
    about = {"name": upload.name, "media_type": upload.media_type}
    storage = current_app.extensions["storage"]
    try:
        with usecases.receive(vendor, storage, upload.chunks, **about) as file:
            yield file
    except FileEmpty as error:
        abort(refused(vendor, milestone_id, sentence(error)))


@pages.post("/milestones/<uuid:milestone_id>/deliverables")
@requires(Vendor)
@idempotent_upload(received)
def hand_in(vendor: Vendor, milestone_id: UUID, file: ReceivedFile) -> ResponseReturnValue:
    with transaction() as session:
        usecases.submit_deliverable(session, vendor, milestone_id=milestone_id, file=file)
    return see_other(url_for("own_milestones.show", milestone_id=milestone_id))


@pages.get("/milestones/<uuid:milestone_id>/deliverables/<uuid:deliverable_id>")
@requires(Vendor)
def download(vendor: Vendor, milestone_id: UUID, deliverable_id: UUID) -> ResponseReturnValue:
    """One's own file, scanned or not."""
    with transaction() as session:
        file = queries.version_file(session, vendor, deliverable_id)
    require_downloadable(file, allow_unscanned=True)
    return attachment(file.name, current_app.extensions["storage"].get(file.key), file.size)


def refused(vendor: Vendor, milestone_id: UUID, why: str) -> Response:
    answer = invalid("delivery/own.html", {"file": why}, **shown(vendor, milestone_id))
    return make_response(answer)


def shown(vendor: Vendor, milestone_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        milestone = queries.milestone(session, vendor, milestone_id)
    return {"m": milestone, "levels": LEVELS, "megabytes": LARGEST_FILE // 1024**2}
