"""A tiny application that uses everything of shared.web, for its own tests."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError, fields, validate

from shared.kernel import N_, Actor, Auditor, DomainError, Forbidden, NotFound, Staff, Vendor
from shared.web import init_web, invalid, page, requires, see_other, transaction
from shared.web.api import Blueprint
from shared.web.fields import Amount, LocalDateTime, Money
from shared.web.idempotency import idempotent
from shared.web.rows import changed_rows
from shared.web.schemas import Form
from shared.web.trail import TrailWords, init_trail
from shared.web.uploads import uploaded_body, uploaded_file
from support.actors import actors, auditor, partner, staff, vendor

LIMIT = 60 * 1024**2


class LotForm(Form):
    title = fields.String(required=True, validate=validate.Length(max=20))
    estimate = Amount(places=2)


class PlanForm(Form):
    title = fields.String(required=True)
    price = Money()
    currency = fields.String()
    starts_at = LocalDateTime()
    time_zone = fields.String()
    tags = fields.List(fields.String())
    lots = fields.List(fields.Nested(LotForm))


class TooLate(DomainError):
    code = "too_late"
    final = True
    message = N_("“%(name)s” is empty. Choose another file.")  # any sentence that has Chinese


@dataclass(frozen=True)
class Demo:
    data: Path


api = Blueprint("demo-api", __name__, url_prefix="/api/v1")
done: list[Any] = []


@api.post("/plans")
@requires(Staff, "buyer")
@idempotent
@api.arguments(PlanForm)
def add_plan(buyer: Staff, new: dict[str, Any]) -> ResponseReturnValue:
    with transaction():
        done.append(new["title"])
        if new["title"] == "late":
            raise TooLate(name="late")
    return {"number": len(done), "title": new["title"]}, 201, {"Location": "/plans/1"}


@api.post("/files")
@requires(Vendor)
def add_body(who: Vendor) -> ResponseReturnValue:
    upload = uploaded_body(limit=LIMIT)
    return {"name": upload.name, "size": sum(map(len, upload.chunks))}


KNOWN = actors(staff("buyer"), staff("operator"), auditor(), vendor("huayun"), partner("callgrid"))


def make_app(sessions: Any, data: Path, known: Mapping[str, Actor] | None = None) -> Flask:
    app = Flask(__name__)
    made = init_web(
        app, service="demo", sessions=sessions, identify=(known or KNOWN).get, settings=Demo(data)
    )
    init_trail(app, TrailWords())
    made.register_blueprint(api)
    add_pages(app)
    return app


def add_pages(app: Flask) -> None:
    app.add_url_rule("/admin/plans", view_func=show)
    app.add_url_rule("/admin/plans", view_func=save, methods=["POST"])
    app.add_url_rule("/admin/plans/rows", view_func=rows, methods=["POST"])
    app.add_url_rule("/admin/files", view_func=take_file, methods=["POST"])
    app.add_url_rule("/read", view_func=read)
    app.add_url_rule("/fail/<how>", view_func=fail)


@requires(Staff, "buyer")
def show(buyer: Staff) -> ResponseReturnValue:
    return page("demo.html")


@requires(Staff, "buyer")
@idempotent
def save(buyer: Staff) -> ResponseReturnValue:
    try:
        form = PlanForm().load(request.form)
    except ValidationError as error:
        return invalid("demo.html", error)
    if form["title"] == "late":
        raise TooLate(name="late")
    with transaction():
        done.append(form["title"])
    return see_other(url_for("show"))


@requires(Staff, "buyer")
def rows(buyer: Staff) -> ResponseReturnValue:
    return page("demo.html", values=changed_rows(request.form))


@requires(Staff, "buyer")
def take_file(buyer: Staff) -> ResponseReturnValue:
    upload = uploaded_file(limit=LIMIT)
    if upload is None:
        return {"name": None, "note": request.form.get("note")}
    size = sum(map(len, upload.chunks))
    return {"name": upload.name, "size": size, "note": request.form.get("note")}


@requires(Staff | Auditor, "buyer", "auditor")
def read(reader: Staff | Auditor) -> ResponseReturnValue:
    return type(reader).__name__


FAULTS: dict[str, Exception] = {
    "late": TooLate(name="<b>"),
    "own": Forbidden(),
    "gone": NotFound(),
    "broken": RuntimeError("secret detail"),
    "words": ValidationError({"title": ["bad"]}),
    "full": OSError(errno.ENOSPC, "secret detail"),
    "away": sa.exc.OperationalError("secret detail", {}, Exception("gone")),
    "full database": sa.exc.OperationalError("secret detail", {}, psycopg.errors.DiskFull()),
    "unreadable": OSError(errno.EIO, "secret detail"),
}


@requires(Staff, "buyer")
def fail(buyer: Staff, how: str) -> ResponseReturnValue:
    raise FAULTS[how]


@api.get("/fail/<how>")
@requires(Staff, "buyer")
def fail_api(buyer: Staff, how: str) -> ResponseReturnValue:
    raise FAULTS[how]
