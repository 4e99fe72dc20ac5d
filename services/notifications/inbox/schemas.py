"""What comes in and goes out by API."""

from functools import partial

from marshmallow import Schema, fields

from services.notifications.inbox.domain import words
from services.notifications.inbox.queries import Notice
from shared.web import formats
from shared.web.i18n import gettext, locale
from shared.web.schemas import Page


class NoticeQuery(Page):
    unread = fields.Boolean(load_default=False)


class NoticeOut(Schema):
    """A notice with its words in the reader's language."""

    id = fields.UUID()
    template = fields.String()
    title = fields.Function(lambda notice: spoken(notice)[0])
    body = fields.Function(lambda notice: spoken(notice)[1])
    subject = fields.Function(
        lambda notice: {"type": notice.subject_type, "id": str(notice.subject_id)}
    )
    path = fields.String()
    due_at = fields.AwareDateTime(allow_none=True)
    raised_at = fields.AwareDateTime()
    read_at = fields.AwareDateTime(allow_none=True)


class NoticeList(Schema):
    items = fields.List(fields.Nested(NoticeOut), attribute="rows")
    after = fields.String()


def spoken(notice: Notice) -> tuple[str, str]:
    return words(notice.template, notice.params, gettext, partial(formats.month, locale=locale()))
