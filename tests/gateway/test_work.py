"""My work and the fan-out behind it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from support.database import Sessions
from support.gateway import Pages, a_person, moment
from support.upstream import Upstream, an_upstream

from gateway.people.domain import Language, OrganisationKind, Role
from gateway.proxy import Upstream as Connections
from gateway.services import Service
from gateway.work.domain import Due, merged, task, when_due
from shared.identity import Verifier

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai


def item(thing: str, due_at: datetime | None = None, kind: str = "todo") -> dict[str, object]:
    due = due_at.isoformat() if due_at else None
    words = {"verb": "Approve plan", "object": thing, "href": "/admin/plans/1", "why": "Because"}
    return words | {"due_at": due, "kind": kind}


@pytest.mark.parametrize(
    ("due_at", "zone", "due"),
    [
        (NOW - timedelta(seconds=1), "UTC", Due.OVERDUE),
        (NOW + timedelta(minutes=20), "Asia/Shanghai", Due.TODAY),
        (NOW + timedelta(hours=2), "Asia/Shanghai", Due.WEEK),
        (NOW + timedelta(hours=2), "UTC", Due.TODAY),
        (NOW + timedelta(days=7), "UTC", Due.WEEK),
        (NOW + timedelta(days=8), "UTC", Due.LATER),
        (None, "UTC", Due.LATER),
    ],
)
def test_today_is_where_the_person_lives(due_at: datetime | None, zone: str, due: Due) -> None:
    assert when_due(task(item("x", due_at)), NOW, zone) is due


def test_tasks_of_all_services_stand_in_one_order() -> None:
    answers = {
        "rfp": {"items": [item("late", NOW + timedelta(days=2)), item("undated")]},
        "contracts": {"items": [item("first", NOW + timedelta(days=1)), item("w", kind="waiting")]},
        "monitoring": None,
        "notifications": {"items": []},
    }
    work = merged(answers, NOW, "UTC")
    assert [one.thing for one in work.groups[Due.WEEK]] == ["first", "late"]
    assert [one.thing for one in work.groups[Due.LATER]] == ["undated"]
    assert [one.thing for one in work.groups[Due.WAITING]] == ["w"]
    assert work.waits_for_me == 3 and work.silent == (Service.MONITORING,)


def test_the_page_asks_every_service_in_the_persons_name(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    someone = a_person(committed, Role.APPROVER, name="Chen Wei")
    upstream.says("/internal/work", {"items": [item("PLAN-2026-001 · Hotline")]})
    page = pages.browser(someone).get("/work")
    assert page.text.count("PLAN-2026-001 · Hotline</a>") == 4
    assert page.text.count("btn-primary") == 1 and "4 tasks wait for you" in page.text
    audiences = set()
    for got in upstream.received:
        token = got.header("Authorization").removeprefix("Bearer ")
        for name in ("rfp", "contracts", "monitoring", "notifications"):
            keys = pages.app.extensions["rings"]["internal"].published
            actor = Verifier(keys, issuer=pages.minter.issuer, audience=name)(token)
            if actor:
                assert actor.subject == someone.subject
                audiences.add(name)
    assert audiences == {"rfp", "contracts", "monitoring", "notifications"}


def test_a_few_figures_lead_to_their_lists(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    told = {"title": "RFPs open for bids", "value": "3", "href": "/admin/rfps?show=open"}
    told |= {"compare": "Of 5 RFPs"}
    upstream.says("/internal/work", {"items": [], "figures": [told, told]})
    text = pages.browser(a_person(committed, Role.BUYER)).get("/work").text
    assert text.count('<a href="/admin/rfps?show=open">RFPs open for bids</a>') == 4
    assert "Of 5 RFPs" in text and ">3</strong>" in text
    upstream.says("/internal/work", {"items": []})
    assert "At a glance" not in pages.browser(a_person(committed, Role.BUYER)).get("/work").text


def test_an_empty_page_says_so_and_what_next(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    upstream.says("/internal/work", {"items": []})
    staff = pages.browser(a_person(committed, Role.BUYER)).get("/work")
    assert "Nothing is due today" in staff.text and "Nothing waits for you" in staff.text
    vendor = a_person(committed, kind=OrganisationKind.VENDOR)
    assert "/portal/opportunities" in pages.browser(vendor).get("/work").text


def test_a_day_without_tasks_is_one_quiet_line_above_later_ones(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    upstream.says("/internal/work", {"items": [item("soon", moment() + timedelta(days=3))]})
    vendor = a_person(committed, kind=OrganisationKind.VENDOR)
    page = pages.browser(vendor).get("/work").text
    assert page.index("Nothing is due today") < page.index("Due in the next 7 days")
    assert "t-empty" not in page and "See open opportunities" not in page


def test_what_is_overdue_leaves_no_room_for_praise(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    upstream.says("/internal/work", {"items": [item("late", moment() - timedelta(days=1))]})
    page = pages.browser(a_person(committed, Role.BUYER)).get("/work").text
    assert "Overdue" in page and "Nothing is due today" not in page


def test_the_page_is_chinese_where_the_person_is(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    upstream.says("/internal/work", {"items": []})
    someone = a_person(committed, Role.BUYER, locale=Language.CHINESE)
    assert "我的待办" in pages.browser(someone).get("/work").text


def test_a_silent_service_is_named_and_holds_nobody_up(
    pages: Pages, committed: Sessions, upstream: Upstream
) -> None:
    someone = a_person(committed, Role.BUYER)
    upstream.says("/internal/work", {"items": [item("here")]})
    fanout = pages.app.extensions["fanout"]
    with an_upstream() as slow:
        slow.answers["/internal/work"] = lambda handler: time.sleep(8)
        fanout.quick["monitoring"] = Connections(slow.url, answer_s=1)
        fanout.quick["contracts"] = Connections("http://127.0.0.1:9", answer_s=1)
        fanout.limit_s = 1
        began = time.monotonic()
        page = pages.browser(someone).get("/work")
        assert time.monotonic() - began < 6
    assert "2 services do not answer: Contracts, Performance." in page.text
    assert page.text.count("here</a>") == 2


@pytest.mark.parametrize(("said", "status"), [("nonsense", 200), ("[1]", 200), ("{}", 500)])
def test_what_is_no_answer_counts_as_silence(
    pages: Pages, committed: Sessions, upstream: Upstream, said: str, status: int
) -> None:
    upstream.answers["/internal/work"] = lambda handler: handler.reply(said, status)
    page = pages.browser(a_person(committed, Role.BUYER)).get("/work")
    assert "4 services do not answer" in page.text


def test_the_filter_shows_one_group(pages: Pages, committed: Sessions, upstream: Upstream) -> None:
    soon = item("soon", moment() + timedelta(days=3))
    upstream.says("/internal/work", {"items": [soon, item("undated")]})
    browser = pages.browser(a_person(committed, Role.BUYER))
    assert "soon</a>" in browser.get("/work?show=week").text
    assert "undated</a>" not in browser.text
    assert "undated</a>" in browser.get("/work?show=nonsense").text


def test_strangers_have_no_work(pages: Pages) -> None:
    assert pages.app.test_client().get("/work").status_code == 401
