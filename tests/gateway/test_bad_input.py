"""What nobody should send, to every route that takes something: refused, and nothing breaks."""

from typing import Any

import pytest
from flask import Flask
from support.database import Sessions
from support.gateway import Enrolled, Pages, a_person
from support.hostile import Hostile, Reader
from support.tricks import Findings
from support.waiting import waiting

from gateway.people.domain import Role

AT = "/admin/operations"
LEFT_OUT = (
    "POST /logout",
    "POST /account/sessions/",  # ends the session of whoever is asking here
    # what services answer to these is theirs, and they are asked themselves
    f"GET {AT}/dead-letters/<name>/<uuid:which>",
    f"POST {AT}/dead-letters/<name>/<uuid:which>/<any(replay, discard):order>",
    f"POST {AT}/parked-events/<name>/<uuid:which>/<any(release, discard):order>",
    f"POST {AT}/failed-jobs/<name>/<bigint:which>/<any(retry, remove):order>",
)


def known_as(pages: Pages, who: Enrolled) -> Reader:
    identity = pages.admission.by_cookie(who.token)
    assert identity
    return Reader("admin", lambda: pages.minter.token(identity, "idp"), identity.csrf)


@pytest.mark.fuzz
@pytest.mark.timeout(900)  # thousands of requests, on a busy machine
def test_bad_input_is_refused(
    app: Flask, pages: Pages, committed: Sessions, ids: dict[str, list[Any]]
) -> None:
    admin = a_person(committed, Role.ADMIN, Role.OPERATOR)
    ids |= waiting(committed)
    hostile = Hostile(app, ids, [known_as(pages, admin)], None)
    findings = Findings(hostile)
    findings.run(LEFT_OUT)
    assert findings.found == []
    assert hostile.lost == []
