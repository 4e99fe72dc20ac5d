from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, make_response, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.monitoring.measurements import queries, schemas, usecases
from services.monitoring.measurements.domain.reading import SentFile
from services.monitoring.measurements.domain.rows import MOST_BYTES, NotTaken
from services.monitoring.metrics.queries import show_metric
from shared.kernel import Actor, Auditor, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.i18n import gettext as _
from shared.web.idempotency import idempotent, idempotent_upload
from shared.web.uploads import uploaded_file

pages = Blueprint(
    "measurements", __name__, url_prefix="/admin/performance", template_folder="templates"
)


@pages.get("/<uuid:metric_id>/measurements/new")
@requires(Staff, "contract_manager")
def new(manager: Staff, metric_id: UUID) -> ResponseReturnValue:
    return page("measurements/new.html", **shown(manager, metric_id))


@pages.post("/<uuid:metric_id>/measurements")
@requires(Staff, "contract_manager")
@idempotent
def take_by_hand(manager: Staff, metric_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.ByHandForm().load(request.form)
        with transaction() as session:
            usecases.take_by_hand(session, manager, metric_id=metric_id, now=now(), **form)
    except ValidationError as error:
        about = shown(manager, metric_id)
        errors = schemas.hand_errors(error, about["metric"], now())
        return invalid("measurements/new.html", errors, **about)
    except NotTaken as refusal:
        errors = schemas.form_errors(refusal)
        return invalid("measurements/new.html", errors, **shown(manager, metric_id))
    return see_other(f"/admin/performance/{metric_id}")


@contextmanager
def received(manager: Staff, metric_id: UUID) -> Iterator[SentFile]:
    upload = uploaded_file(limit=MOST_BYTES)
    if upload is None:
        errors = {"file": _("Choose a file.")}
        answer = invalid("measurements/new.html", errors, **shown(manager, metric_id))
        abort(make_response(answer))
    yield SentFile(upload.name, b"".join(upload.chunks))


@pages.post("/<uuid:metric_id>/imports")
@requires(Staff, "contract_manager")
@idempotent_upload(received)
def import_csv(manager: Staff, metric_id: UUID, file: SentFile) -> ResponseReturnValue:
    """Taken or refused, the page of the import says what came of it."""
    with transaction() as session:
        import_id = usecases.import_csv(session, manager, metric_id=metric_id, file=file, now=now())
    return see_other(url_for("measurements.show_import", import_id=import_id))


@pages.get("/imports/<uuid:import_id>")
@requires((Staff, Auditor))
def show_import(reader: Actor, import_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = queries.show_import(session, reader, import_id)
        metric = show_metric(session, reader, found.metric_id)
    return page(
        "measurements/import.html",
        found=found,
        metric=metric,
        refusal=schemas.refusal_words(found),
        manages=isinstance(reader, Staff) and "contract_manager" in reader.roles,
    )


def shown(manager: Staff, metric_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        return {
            "metric": show_metric(session, manager, metric_id),
            "imports": queries.imports_of(session, manager, metric_id),
            "most_megabytes": MOST_BYTES // 1024**2,
        }
