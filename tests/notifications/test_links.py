"""No page offers a link that its reader may not follow."""

import pytest
from flask.testing import FlaskClient
from support.actors import auditor, staff, vendor
from support.database import Sessions
from support.links import crawl
from support.notices import a_notice

from services.notifications.handlers import HANDLERS
from shared.kernel import Actor
from shared.messaging.inbox import handle_once


@pytest.mark.parametrize(
    ("reader", "inbox"),
    [(staff("buyer"), "/admin/messages"), (auditor(), "/admin/messages"),
     (vendor("huayun", "huayun-org"), "/portal/messages")],
    ids=["staff", "auditor", "vendor"],
)  # fmt: skip
def test_everybody_can_follow_every_link(
    client: FlaskClient, sessions: Sessions, reader: Actor, inbox: str
) -> None:
    with sessions.begin() as session:
        for n in range(30):
            handle_once(session, a_notice(reader, dedupe_key=str(n)), HANDLERS, consumer="tests")
    reached = crawl(client, reader.name, [inbox])
    assert f"{inbox}?show=unread" in reached
    assert sum("after=" in path for path in reached) > 1
