"""One's own notices as JSON."""

from typing import Any
from uuid import UUID

from services.notifications.inbox import queries, schemas, usecases
from shared.kernel import Actor, Auditor, Staff, Vendor
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.pagination import Part, paginate

api = Blueprint("notices-api", __name__, url_prefix="/api/v1", description="Notices")
PEOPLE = (Staff, Auditor, Vendor)


@api.get("/notices")
@requires(PEOPLE)
@api.arguments(schemas.NoticeQuery, location="query")
@api.response(200, schemas.NoticeList)
def list_notices(reader: Actor, query: dict[str, Any]) -> Part[queries.Notice]:
    own = queries.own_notices(reader, unread=query.pop("unread"))
    with transaction() as session:
        return paginate(session, own, queries.ORDER, queries.Notice, **query)


@api.post("/notices/<uuid:notice_id>/reading")
@requires(PEOPLE)
@api.response(204)
def read_notice(reader: Actor, notice_id: UUID) -> None:
    with transaction() as session:
        usecases.read_notice(session, reader, notice_id=notice_id, now=now())
