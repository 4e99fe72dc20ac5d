"""The inbox, the same for staff and for vendors, each under their own address."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.notifications.inbox import queries, usecases
from services.notifications.inbox.schemas import spoken
from shared.kernel import Actor, Auditor, Staff, Vendor
from shared.web import now, page, requires, see_other, transaction
from shared.web.pagination import page_size, paginate


def index(reader: Actor) -> ResponseReturnValue:
    unread = request.args.get("show") == "unread"
    own = queries.own_notices(reader, unread=unread)
    after, size = request.args.get("after", ""), page_size(request.args.get("size"))
    with transaction() as session:
        part = paginate(session, own, queries.ORDER, queries.Notice, after=after, limit=size)
        count = queries.unread_count(session, reader)
    return page("inbox/list.html", part=part, count=count, unread=unread, spoken=spoken)


def bell(reader: Actor) -> ResponseReturnValue:
    """The bell's count, or 204 where the page shows it already."""
    with transaction() as session:
        count = queries.unread_count(session, reader)
    if request.args.get("shown") == str(count):
        return "", 204
    return render_template("inbox/_bell.html", count=count)


def open_notice(reader: Actor, notice_id: UUID) -> ResponseReturnValue:
    """Mark it as read and go where it leads."""
    with transaction() as session:
        path = usecases.read_notice(session, reader, notice_id=notice_id, now=now())
    return redirect(path, 303)


def read_notice(reader: Actor, notice_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        usecases.read_notice(session, reader, notice_id=notice_id, now=now())
    return see_other(url_for(".index", show=request.args.get("show")))


def read_all(reader: Actor) -> ResponseReturnValue:
    with transaction() as session:
        usecases.read_all(session, reader, now=now())
    return see_other(url_for(".index"))


def inbox_pages(name: str, url_prefix: str, kind: Any) -> Blueprint:
    pages = Blueprint(name, __name__, url_prefix=url_prefix, template_folder="templates")
    admitted = requires(kind)
    pages.get("")(admitted(index))
    pages.get("/unread")(admitted(bell))
    pages.post("/reading")(admitted(read_all))
    pages.post("/<uuid:notice_id>/reading")(admitted(read_notice))
    pages.post("/<uuid:notice_id>/opening")(admitted(open_notice))
    return pages


staff_messages = inbox_pages("staff_messages", "/admin/messages", (Staff, Auditor))
vendor_messages = inbox_pages("vendor_messages", "/portal/messages", Vendor)
