from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import request

from services.monitoring.measurements import queries, schemas, usecases
from services.monitoring.measurements.domain.reading import SentFile, read_batch
from services.monitoring.measurements.domain.rows import MOST_BYTES, MOST_ROWS, NotTaken
from services.monitoring.measurements.usecases import Taken
from shared.kernel import Partner, Staff
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.errors import invalid_input
from shared.web.idempotency import idempotent, idempotent_upload, standing
from shared.web.uploads import uploaded_body

api = Blueprint("measurements-api", __name__, url_prefix="/api/v1", description="Measurements")
BATCH = {"content": {"application/json": {"schema": schemas.Batch}}, "required": True}
CSV = {"content": {"text/csv": {"schema": {"type": "string"}}}, "required": True}


@api.post("/measurements")
@requires(Partner | Staff)
@idempotent
@api.doc(requestBody=BATCH, description=f"At most {MOST_ROWS} measurements at a time.")
@api.response(201, schemas.Taken)
def take_batch(sender: Partner | Staff) -> Taken:
    """All rows or none. Partners need the scope `measurements:write` and a grant per metric."""
    try:
        with transaction() as session:
            sheet = read_batch(request.get_data())
            return usecases.take_batch(session, sender, sheet, now=now())
    except NotTaken as refusal:
        raise schemas.as_answer(refusal) from refusal


@contextmanager
def received(sender: Partner | Staff, metric_id: UUID) -> Iterator[SentFile]:
    upload = uploaded_body(limit=MOST_BYTES)
    yield SentFile(upload.name, b"".join(upload.chunks))


@api.post("/metrics/<uuid:metric_id>/measurements/csv")
@requires(Partner | Staff)
@idempotent_upload(received)
@api.doc(
    requestBody=CSV, parameters=[{"in": "query", "name": "name", "schema": {"type": "string"}}]
)
@api.response(201, schemas.Import)
def import_csv(sender: Partner | Staff, metric_id: UUID, file: SentFile) -> Any:
    """Columns `taken_at,value,external_id` and, if you like, `source`. All lines or none.

    What came of a file is kept, also where it was refused: send a corrected one with a new key.
    """
    with transaction() as session:
        import_id = usecases.import_csv(session, sender, metric_id=metric_id, file=file, now=now())
        found = queries.show_import(session, sender, import_id)
    if found.refusal:
        return standing(invalid_input(schemas.as_file_answer(found)))
    return found
