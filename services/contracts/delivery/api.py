from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import current_app
from flask.typing import ResponseReturnValue

from services.contracts.delivery import queries, schemas, usecases
from services.contracts.delivery.domain import LARGEST_FILE, Review
from shared.files import ReceivedFile, require_downloadable
from shared.kernel import Auditor, Staff, Vendor
from shared.web import requires, transaction
from shared.web.api import Blueprint
from shared.web.downloads import attachment
from shared.web.idempotency import idempotent, idempotent_upload, used_before
from shared.web.uploads import uploaded_body

api = Blueprint(
    "milestones-api", __name__, url_prefix="/api/v1", description="Milestones and deliverables"
)
Reader = Staff | Auditor | Vendor


@api.get("/milestones/<uuid:milestone_id>")
@requires(Reader)
@api.response(200, schemas.Milestone)
def show_milestone(reader: Reader, milestone_id: UUID) -> queries.MilestoneView:
    with transaction() as session:
        return queries.milestone(session, reader, milestone_id)


@contextmanager
def received(vendor: Vendor, milestone_id: UUID) -> Iterator[ReceivedFile]:
    """What is not wanted is refused before a byte of it is read."""
    if not used_before():
        with transaction() as session:
            usecases.require_wanted(session, vendor, milestone_id)
    upload = uploaded_body(limit=LARGEST_FILE)
    about = {"name": upload.name, "media_type": upload.media_type}
    storage = current_app.extensions["storage"]
    with usecases.receive(vendor, storage, upload.chunks, **about) as file:
        yield file


@api.post("/milestones/<uuid:milestone_id>/deliverables")
@requires(Vendor)
@idempotent_upload(received)
@api.response(201, schemas.Receipt)
def hand_in(vendor: Vendor, milestone_id: UUID, file: ReceivedFile) -> dict[str, Any]:
    """The body is the file, at most 50 MB; its name is the parameter `name`."""
    with transaction() as session:
        made = usecases.submit_deliverable(session, vendor, milestone_id=milestone_id, file=file)
    return {"id": made.id, "version": made.version, "sha256": file.sha256}


@api.get("/deliverables/<uuid:deliverable_id>/content")
@requires(Reader)
@api.response(200, content_type="application/octet-stream")
def download(reader: Reader, deliverable_id: UUID) -> ResponseReturnValue:
    """The file of one version. Staff get what nobody scanned only where the settings allow it."""
    with transaction() as session:
        file = queries.version_file(session, reader, deliverable_id)
    allow = isinstance(reader, Vendor) or current_app.extensions["settings"].allow_unscanned
    require_downloadable(file, allow_unscanned=allow)
    return attachment(file.name, current_app.extensions["storage"].get(file.key), file.size)


@api.post("/deliverables/<uuid:deliverable_id>/reviews")
@requires(Staff, "quality")
@idempotent
@api.arguments(schemas.ReviewForm)
@api.response(201, schemas.Review)
def review(reviewer: Staff, form: dict[str, Any], deliverable_id: UUID) -> Review:
    """Decide for the level whose turn it is. All but `approve` needs a reason."""
    with transaction() as session:
        return usecases.review_deliverable(session, reviewer, deliverable_id=deliverable_id, **form)
