"""How long a session lasts, and that its end shows at once."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from support.database import Sessions, rows
from support.gateway import Enrolled, Visitor, a_person, actor_in, an_organisation, moment
from support.upstream import Upstream

from gateway.edge import Edge
from gateway.people import usecases as people
from gateway.people.domain import Language, Role
from gateway.sessions.domain import ABSOLUTE, IDLE
from gateway.sessions.persistence import sessions as session_rows
from gateway.sessions.usecases import end_session
from shared.kernel import Staff


def age(committed: Sessions, who: Enrolled, **columns: timedelta) -> None:
    with committed.begin() as session:
        aged = {name: moment() - old for name, old in columns.items()}
        session.execute(sa.update(session_rows).where(session_rows.c.id == who.session.id), aged)


def test_sessions_end_when_idle_and_when_old(
    visit: Visitor, committed: Sessions, buyer: Enrolled
) -> None:
    age(committed, buyer, last_seen_at=IDLE - timedelta(minutes=1))
    visit("GET", "/work", 200, buyer)
    age(committed, buyer, last_seen_at=IDLE + timedelta(seconds=1))
    visit("GET", "/work", 303, buyer)
    age(committed, buyer, last_seen_at=timedelta(0), opened_at=ABSOLUTE + timedelta(seconds=1))
    visit("GET", "/work", 303, buyer)


def test_a_person_keeps_the_session_alive_a_poll_does_not(
    visit: Visitor, committed: Sessions, buyer: Enrolled
) -> None:
    def seen() -> Any:
        return rows(committed, session_rows, id=buyer.session.id)[0].last_seen_at

    age(committed, buyer, last_seen_at=timedelta(minutes=10))
    before = seen()
    visit("GET", "/work", 200, buyer, headers={"X-Background": "1"})
    assert seen() == before
    visit("GET", "/work", 200, buyer)
    assert seen() > before


def test_the_end_of_a_session_shows_at_once(
    visit: Visitor, edge: Edge, committed: Sessions, buyer: Enrolled
) -> None:
    token = edge.entrance.admission.access_tokens.issue(
        buyer.subject, client_id="tandem-pages", sid=str(buyer.session.id)
    )
    bearer = {"Authorization": f"Bearer {token}"}
    visit("GET", "/work", 200, buyer)
    visit("GET", "/api/v1/plans", 200, headers=bearer)
    actor = Staff(buyer.subject, buyer.organisation.id)
    with committed.begin() as session:
        end_session(session, actor, session_id=buyer.session.id, now=moment())
    visit("GET", "/work", 303, buyer)
    visit("GET", "/api/v1/plans", 401, headers=bearer)


def test_a_token_of_one_session_is_for_its_person_only(
    visit: Visitor, edge: Edge, committed: Sessions, buyer: Enrolled
) -> None:
    other = a_person(committed, Role.ADMIN)
    token = edge.entrance.admission.access_tokens.issue(
        other.subject, client_id="tandem-pages", sid=str(buyer.session.id)
    )
    visit("GET", "/api/v1/plans", 401, headers={"Authorization": f"Bearer {token}"})


def test_a_new_language_shows_in_the_next_request(
    visit: Visitor, edge: Edge, upstream: Upstream, committed: Sessions, buyer: Enrolled
) -> None:
    visit("GET", "/admin/plans", 200, buyer)
    with committed.begin() as session:
        people.choose_language(
            session,
            Staff(buyer.subject, buyer.organisation.id),
            locale=Language.CHINESE,
            zone="UTC",
            now=moment(),
        )
    visit("GET", "/admin/plans", 200, buyer)
    assert actor_in(edge, upstream).locale == "zh-Hans"  # type: ignore[union-attr]
    visit("GET", "/admin/plans", 200, buyer, headers={"Cookie": "__Host-language=en"})
    assert actor_in(edge, upstream).locale == "en"  # type: ignore[union-attr]
    visit("GET", "/admin/plans", 200, buyer, headers={"Cookie": "__Host-language=xx"})
    assert actor_in(edge, upstream).locale == "zh-Hans"  # type: ignore[union-attr]


def test_an_organisation_that_is_off_is_out(visit: Visitor, committed: Sessions) -> None:
    own = an_organisation(committed)
    someone = a_person(committed, organisation=own)
    visit("GET", "/portal/bids", 200, someone)
    with committed.begin() as session:
        people.change_organisation(
            session, "system", organisation_id=own.id, name="x", active=False, now=moment()
        )
    visit("GET", "/portal/bids", 303, someone)


def test_no_secret_of_a_session_leaves_the_edge(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled
) -> None:
    answer = visit("GET", "/admin/plans", 200, buyer)
    token = upstream.last.header("Authorization").removeprefix("Bearer ")
    assert token and token not in str(answer.headers) + answer.text
    assert buyer.token not in str(upstream.last.headers)


def test_a_session_of_somebody_unknown_is_nobody(visit: Visitor) -> None:
    visit("GET", "/work", 303, headers={"Cookie": f"__Host-tandem={uuid4().hex}"})


def test_everything_that_polls_says_so() -> None:
    """Otherwise an open page would keep its session alive for ever."""
    root = Path(__file__).parents[2]
    folders = (root / "gateway", root / "services", root / "shared")
    polls = [
        (path, tag)
        for folder in folders
        for path in folder.rglob("templates/**/*.html")
        for tag in re.findall(r"<[^>]*hx-trigger=\"[^\"]*every [^>]*>", path.read_text())
    ]
    assert len(polls) >= 3
    assert [str(path) for path, tag in polls if "X-Background" not in tag] == []
