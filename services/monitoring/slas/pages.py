"""The same pages for both faces: staff see all metrics, vendors their own."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.monitoring.measurements import queries as measurements
from services.monitoring.metrics import queries as metrics
from services.monitoring.slas import queries, schemas, usecases
from services.monitoring.slas.domain import line, shown
from services.monitoring.slas.queries import WindowView
from shared.kernel import Actor, Auditor, NotFound, Staff, Vendor
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.csv_export import csv_response
from shared.web.pagination import page_size, paginate
from shared.web.timeline import timeline

staff = Blueprint(
    "performance", __name__, url_prefix="/admin/performance", template_folder="templates"
)
vendors = Blueprint(
    "own_performance", __name__, url_prefix="/portal/performance", template_folder="templates"
)


@staff.get("")
@requires((Staff, Auditor))
def index(reader: Actor) -> ResponseReturnValue:
    return list_page(reader)


@vendors.get("", endpoint="index")
@requires(Vendor)
def own_index(vendor: Vendor) -> ResponseReturnValue:
    return list_page(vendor)


@staff.get("/<uuid:metric_id>")
@requires((Staff, Auditor))
def show(reader: Actor, metric_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        grants = metrics.grants_on(session, reader, metric_id)
        more = {
            "grants": grants,
            "partners": metrics.partners_to_grant(session, grants),
            "imports": measurements.imports_of(session, reader, metric_id),
        }
    return metric_page(reader, metric_id, **more)


@vendors.get("/<uuid:metric_id>", endpoint="show")
@requires(Vendor)
def own_show(vendor: Vendor, metric_id: UUID) -> ResponseReturnValue:
    return metric_page(vendor, metric_id)


@staff.post("/<uuid:metric_id>/evaluation")
@requires(Staff, "contract_manager")
def evaluate(manager: Staff, metric_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        usecases.evaluate_windows(session, manager, metric_id=metric_id)
    return see_other(url_for(".show", metric_id=metric_id))


@staff.post("/<uuid:metric_id>/windows/<uuid:window_id>/closing")
@requires(Staff, "contract_manager")
def close(manager: Staff, metric_id: UUID, window_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.ClosingForm().load(request.form)
    except ValidationError as error:
        return invalid("slas/window.html", error, **about_window(manager, metric_id, window_id))
    with transaction() as session:
        usecases.close_window(session, manager, metric_id=metric_id, window_id=window_id, **form)
    return see_other(url_for(".window", metric_id=metric_id, window_id=window_id))


@staff.get("/<uuid:metric_id>/windows/<uuid:window_id>")
@requires((Staff, Auditor))
def window(reader: Actor, metric_id: UUID, window_id: UUID) -> ResponseReturnValue:
    return window_page(reader, metric_id, window_id)


@vendors.get("/<uuid:metric_id>/windows/<uuid:window_id>", endpoint="window")
@requires(Vendor)
def own_window(vendor: Vendor, metric_id: UUID, window_id: UUID) -> ResponseReturnValue:
    return window_page(vendor, metric_id, window_id)


@staff.get("/<uuid:metric_id>/windows/<uuid:window_id>/measurements.csv")
@requires((Staff, Auditor))
def window_csv(reader: Actor, metric_id: UUID, window_id: UUID) -> ResponseReturnValue:
    return raw_csv(reader, metric_id, window_id)


@vendors.get("/<uuid:metric_id>/windows/<uuid:window_id>/measurements.csv", endpoint="window_csv")
@requires(Vendor)
def own_window_csv(vendor: Vendor, metric_id: UUID, window_id: UUID) -> ResponseReturnValue:
    return raw_csv(vendor, metric_id, window_id)


def list_page(reader: Actor) -> ResponseReturnValue:
    with transaction() as session:
        part = paginate(
            session,
            metrics.listed_metrics(reader),
            metrics.LISTED_BY,
            metrics.read_metric,
            descending=False,
            **place(),
        )
        windows = queries.latest_windows(session, reader, [each.id for each in part.rows])
        names = queries.vendor_names(session, {each.organisation_id for each in part.rows})
    return page("slas/list.html", part=part, windows=windows, names=names, **look(reader))


def metric_page(reader: Actor, metric_id: UUID, **more: Any) -> ResponseReturnValue:
    is_vendor = isinstance(reader, Vendor)
    words = schemas.TOLD_TO_VENDORS if is_vendor else schemas.HAPPENED
    with transaction() as session:
        view = queries.performance(session, reader, metric_id, now=now())
        rows = queries.listed_windows(reader, metric_id)
        part = paginate(session, rows, queries.LISTED_BY, queries.read_window, **place())
        chain = f"metric:{metric_id}"
        spell = partial(schemas.spelled, view.metric)
        history = timeline(session, chain, words, names=not is_vendor, limit=8, spell=spell)
    return page(
        "slas/show.html",
        view=view,
        metric=view.metric,
        part=part,
        drawing=schemas.chart(view.metric, view.charted) if view.has_results else None,
        history=history,
        **more,
        **look(reader),
    )


def window_page(reader: Actor, metric_id: UUID, window_id: UUID) -> ResponseReturnValue:
    return page("slas/window.html", **about_window(reader, metric_id, window_id))


def about_window(reader: Actor, metric_id: UUID, window_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        found = window_of(reader, metric_id, window_id)
        metric = metrics.show_metric(session, reader, metric_id)
        made = queries.evaluations_of(session, reader, window_id)
        rows = measurements.listed_measurements(reader, metric_id, found.span)
        order, view = measurements.LISTED_BY, measurements.RawValue
        part = paginate(session, rows, order, view, descending=False, **place())
    return {"window": found, "metric": metric, "made": made, "part": part, **look(reader)}


def raw_csv(reader: Actor, metric_id: UUID, window_id: UUID) -> ResponseReturnValue:
    """The lines that were hashed, field by field."""
    with transaction() as session:
        found = window_of(reader, metric_id, window_id)
        raw = measurements.all_measurements(session, reader, metric_id, found.span)
        rows = [line(each).rstrip("\n").split("\t") for each in raw]
    header = ("taken_at", "source", "external_id", "value")
    return csv_response(f"measurements-{found.first_on:%Y-%m}", header, rows)


def window_of(reader: Actor, metric_id: UUID, window_id: UUID) -> WindowView:
    with transaction() as session:
        found = queries.show_window(session, reader, window_id)
    if found.metric_id != metric_id:
        raise NotFound
    return found


def place() -> dict[str, Any]:
    return {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
    }


def look(reader: Actor) -> dict[str, Any]:
    """What every template of these pages has at hand."""
    return {
        "tones": schemas.TONES,
        "period": schemas.window_words,
        "tier_words": schemas.tier_words,
        "shown": shown,
        "is_staff": not isinstance(reader, Vendor),
        "manages": "contract_manager" in reader.roles and isinstance(reader, Staff),
    }
