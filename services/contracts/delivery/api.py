from typing import Any
from uuid import UUID

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from services.contracts.delivery import queries, schemas, usecases
from services.contracts.delivery.domain import LARGEST_FILE, Review
from shared.files import require_downloadable
from shared.kernel import Auditor, Staff, Vendor
from shared.web import requires, transaction
from shared.web.downloads import attachment
from shared.web.idempotency import idempotent
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


@api.post("/milestones/<uuid:milestone_id>/deliverables")
@requires(Vendor)
@idempotent
@api.response(201, schemas.Receipt)
def hand_in(vendor: Vendor, milestone_id: UUID) -> dict[str, Any]:
    """The body is the file, at most 50 MB; its name is the parameter `name`."""
    with transaction() as session:
        usecases.require_wanted(session, vendor, milestone_id)
        upload = uploaded_body(limit=LARGEST_FILE)
        deliverable, file = usecases.submit_deliverable(
            session,
            vendor,
            current_app.extensions["storage"],
            milestone_id=milestone_id,
            name=upload.name,
            media_type=upload.media_type,
            chunks=upload.chunks,
        )
    return {"id": deliverable.id, "version": deliverable.version, "sha256": file.sha256}


@api.get("/deliverables/<uuid:deliverable_id>/content")
@requires(Reader)
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
