import gettext
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import g
from flask.testing import FlaskClient
from support.actors import bearer, staff, vendor
from support.database import Sessions, rows
from support.notices import RAISED_AT, a_notice
from support.pages import Browser

from services.notifications.handlers import HANDLERS
from services.notifications.inbox.domain import UNKNOWN, WORDS, OddPath, require_own_path, words
from services.notifications.inbox.persistence import notices
from shared import audit
from shared.kernel import uuid7
from shared.messaging.envelope import Event
from shared.messaging.inbox import handle_once
from shared.messaging.schemas import ROOT

BUYER, APPROVER = staff("buyer"), staff("approver")
HUAYUN = vendor("huayun", "huayun-org")
SAMPLES = sorted((ROOT / "tests/event_samples").glob("*.json"))
CHINESE = gettext.translation(
    "messages", ROOT / "services/notifications/translations", languages=["zh_Hans"], fallback=True
)


def receive(sessions: Sessions, *events: Event) -> list[bool]:
    with sessions.begin() as session:
        return [handle_once(session, event, HANDLERS, consumer="tests") for event in events]


def every_param(template: str) -> dict[str, str]:
    named = re.findall(r"%\((\w+)\)s", WORDS[template].body)
    return {name: "2026-10" if name == "month" else f"<{name}>" for name in named}


@pytest.mark.parametrize("template", [*WORDS, "of a later version"])
def test_every_template_has_words_in_both_languages(template: str) -> None:
    title, body = WORDS.get(template, UNKNOWN)
    for sentence in (title, body):
        chinese = CHINESE.gettext(sentence)
        assert chinese != sentence, f"no Chinese for {sentence!r}"
        assert set(re.findall(r"%\(\w+\)s", chinese)) == set(re.findall(r"%\(\w+\)s", sentence))


@pytest.mark.parametrize("template", WORDS)
def test_words_name_only_what_raisers_may_tell(template: str) -> None:
    params = every_param(template)
    money, why = {"amount", "before"}, {"reason"}
    extra = money if template.startswith(("credit", "correction")) else set()
    extra |= why if template == "plan_sent_back" else set()
    assert set(params) <= {"number", "title", "level", "month"} | extra
    title, body = words(template, params, str, lambda day: f"<{day:%Y-%m}>")
    assert title == WORDS[template].title and all(value in body for value in params.values())


def test_a_notice_with_less_than_its_words_need_says_less() -> None:
    assert words("plan_submitted", {}, str, str) == (WORDS["plan_submitted"].title, UNKNOWN.body)
    assert words("of_tomorrow", {"number": "1"}, str, str) == UNKNOWN
    odd = {"number": "1", "title": "x", "month": "October"}
    assert words("sla_breached", odd, str, str)[1] == UNKNOWN.body


@pytest.mark.parametrize("template", sorted(set(WORDS) - {"vendor_admitted", "password_changed"}))
def test_every_notice_says_of_which_thing_it_is(template: str) -> None:
    """Of many contracts and months, and of many requests."""
    assert "%(number)s" in WORDS[template].body


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_handled_sample_counts_once(path: Path, sessions: Sessions) -> None:
    data = json.loads(path.read_text())
    subject = data.get("person_id") or data.get("organisation_id") or uuid7()
    made = Event.of(path.stem, source="/x", subject=subject, time=RAISED_AT, data=data)
    event = replace(made, sequence=1)
    handled = path.stem in HANDLERS
    assert receive(sessions, event, event) == [handled, False]


def test_a_person_has_one_notice_per_dedupe_key(sessions: Sessions) -> None:
    again = a_notice(BUYER)  # another event, the same matter
    assert receive(sessions, a_notice(BUYER), again, a_notice(APPROVER)) == [True, True, True]
    assert [row.person_id for row in rows(sessions, notices)].count(BUYER.user_id) == 1
    assert len(rows(sessions, notices)) == 2


def test_receiving_and_reading_are_on_record(client: FlaskClient, sessions: Sessions) -> None:
    receive(sessions, a_notice(BUYER))
    page = Browser(client, "buyer")
    shown = page.get("/admin/messages").text
    assert shown.count('href="/admin/messages" aria-current="page"') == 2  # the bell, at two widths
    page.submit("/reading")
    with sessions() as session:
        history = audit.history(session, f"inbox:{BUYER.user_id}")
    assert [(e.action, e.actor) for e in history] == [
        ("notices_read", BUYER.subject),
        ("notice_received", "/tandem/rfp"),
    ]


@pytest.mark.parametrize("path", ["https://example.org/", "//example.org/", "/\\example.org"])
def test_a_notice_leads_nowhere_else(path: str) -> None:
    with pytest.raises(OddPath):
        require_own_path(path)


class TestPages:
    @pytest.mark.parametrize("htmx", [False, True])
    def test_unread_first_then_read(
        self, client: FlaskClient, sessions: Sessions, htmx: bool
    ) -> None:
        receive(sessions, a_notice(BUYER), a_notice(BUYER, "evaluation_complete"))
        page = Browser(client, "buyer", htmx=htmx)
        page.get("/admin/messages?show=unread")
        assert "PLAN-2026-001 “Service desk” was submitted." in page.text
        assert page.text.count("Mark as read") == 2
        [notice] = [row for row in rows(sessions, notices) if row.template == "plan_submitted"]
        page.submit(f"{notice.id}/reading")
        assert "was submitted" not in page.text and page.text.count("Mark as read") == 1
        page.get("/admin/messages")
        assert "was submitted" in page.text
        page.submit("/admin/messages/reading")
        assert "Mark all as read" not in page.text
        page.get("/admin/messages?show=unread")
        assert "You have read everything" in page.text

    def test_opening_a_message_marks_it_and_leads_to_its_thing(
        self, client: FlaskClient, sessions: Sessions
    ) -> None:
        receive(sessions, a_notice(HUAYUN, path="/portal/bids/1"))
        page = Browser(client, "huayun")
        page.get("/portal/messages")
        answer = page.submit("/opening", follow=False)
        assert answer.location == "/portal/bids/1"
        [notice] = rows(sessions, notices)
        page.get("/portal/messages")
        page.submit("/opening", follow=False)
        [again] = rows(sessions, notices)
        assert notice.read_at and again.read_at == notice.read_at

    @pytest.mark.parametrize(
        ("locale", "sentence"),
        [("en", "“Calls answered” of CT-2026-001 missed its target in Oct 2026."),
         ("zh-Hans", "CT-2026-001 的“Calls answered”在2026年10月未达标。")],
    )  # fmt: skip
    def test_a_missed_target_is_told_with_its_contract_and_month(
        self, client: FlaskClient, sessions: Sessions, locale: str, sentence: str
    ) -> None:
        def speak() -> None:
            g.actor = replace(g.actor, locale=locale)

        client.application.before_request_funcs.setdefault(None, []).append(speak)
        params = {"number": "CT-2026-001", "title": "Calls answered", "month": "2026-10"}
        receive(sessions, a_notice(HUAYUN, "sla_breached", params=params))
        page = Browser(client, "huayun")
        page.get("/portal/messages")
        assert sentence in page.text

    def test_what_was_due_is_not_due_any_more(
        self, client: FlaskClient, sessions: Sessions
    ) -> None:
        over, ahead = "2020-11-22T09:00:00+08:00", "2099-11-22T09:00:00+08:00"
        receive(sessions, a_notice(HUAYUN, "rfp_published", due_at=over))
        page = Browser(client, "huayun")
        page.get("/portal/messages")
        assert "Was due <time" in page.text and "Due <span" not in page.text
        receive(sessions, a_notice(HUAYUN, "rfp_published", due_at=ahead, dedupe_key="2"))
        page.get("/portal/messages")
        assert page.text.count("Was due <time") == page.text.count("Due <span") == 1

    def test_an_empty_inbox_says_so(self, client: FlaskClient) -> None:
        page = Browser(client, "auditor")
        page.get("/admin/messages")
        assert "No messages yet" in page.text

    def test_the_bell_says_how_many_and_falls_silent(
        self, client: FlaskClient, sessions: Sessions
    ) -> None:
        page = Browser(client, "buyer", htmx=True)
        page.get("/admin/messages/unread")
        assert "visually-hidden" not in page.text and "unread?shown=0" in page.text
        assert page.get("/admin/messages/unread?shown=0", 204).text == ""
        receive(sessions, a_notice(BUYER))
        page.get("/admin/messages/unread?shown=0")
        assert "1 unread" in page.text and "unread?shown=1" in page.text

    def test_pages_go_on_where_the_last_ended(
        self, client: FlaskClient, sessions: Sessions
    ) -> None:
        receive(sessions, *(a_notice(BUYER, dedupe_key=str(n)) for n in range(30)))
        page = Browser(client, "buyer")
        page.get("/admin/messages")
        assert page.text.count("was submitted") == 25
        [following] = re.findall(r'href="(\?after=[^"]+)"', page.text)
        page.get("/admin/messages" + following)
        assert page.text.count("was submitted") == 5


class TestWhoMay:
    def test_nobody_reads_or_marks_the_messages_of_others(
        self, client: FlaskClient, sessions: Sessions
    ) -> None:
        receive(sessions, a_notice(HUAYUN))
        [notice] = rows(sessions, notices)
        for action in ("reading", "opening"):
            url = f"/portal/messages/{notice.id}/{action}"
            for name in ("nordwind", "huayun"):
                sent = {"csrf_token": f"csrf-{name}"}
                answer = client.post(url, data=sent, headers=bearer(name))
                assert answer.status_code == (404 if name == "nordwind" else 303)
        url = f"/api/v1/notices/{notice.id}/reading"
        for name, status in (("nordwind", 404), ("buyer", 404), ("huayun", 204)):
            assert client.post(url, headers=bearer(name)).status_code == status

    @pytest.mark.parametrize(
        ("path", "stranger", "owner"),
        [
            ("/admin/messages", "huayun", "buyer"),
            ("/admin/messages/unread", "huayun", "auditor"),
            ("/portal/messages", "buyer", "huayun"),
            ("/portal/messages/unread", "callgrid", "huayun"),
            ("/api/v1/notices", "callgrid", "buyer"),
        ],
    )
    def test_each_face_is_for_its_own(
        self, client: FlaskClient, path: str, stranger: str, owner: str
    ) -> None:
        assert client.get(path).status_code == 401
        assert client.get(path, headers=bearer(stranger)).status_code == 403
        assert client.get(path, headers=bearer(owner)).status_code == 200

    @pytest.mark.parametrize("action", ["reading", "opening"])
    def test_each_change_asks_who_and_for_the_token_of_the_form(
        self, client: FlaskClient, sessions: Sessions, action: str
    ) -> None:
        receive(sessions, a_notice(BUYER))
        [notice] = rows(sessions, notices)
        url = f"/admin/messages/{notice.id}/{action}"
        token = {"csrf_token": "csrf-buyer"}
        assert client.post(url, data=token).status_code == 401
        assert client.post(url, data=token, headers=bearer("huayun")).status_code == 403
        assert client.post(url, headers=bearer("buyer")).status_code == 403
        assert client.post(url, data=token, headers=bearer("buyer")).status_code == 303

    def test_a_client_of_a_vendor_has_no_inbox(self, client: FlaskClient) -> None:
        answer = client.get("/api/v1/notices", headers=bearer("robot"))
        assert answer.json == {"items": [], "after": ""}


def test_the_api_tells_notices_in_the_readers_language(
    client: FlaskClient, sessions: Sessions
) -> None:
    due = "2026-12-01T09:00:00+00:00"
    receive(sessions, a_notice(BUYER, due_at=due), a_notice(APPROVER))
    answer = client.get("/api/v1/notices?unread=1", headers=bearer("buyer"))
    [item] = answer.json["items"]
    assert item["title"] == "A plan waits for your decision" and item["due_at"] == due
    assert item["subject"]["type"] == "plan" and item["read_at"] is None
    reading = f"/api/v1/notices/{item['id']}/reading"
    assert client.post(reading, headers=bearer("buyer")).status_code == 204
    assert client.get("/api/v1/notices?unread=1", headers=bearer("buyer")).json["items"] == []
    [item] = client.get("/api/v1/notices", headers=bearer("buyer")).json["items"]
    assert item["read_at"]


def test_messages_ask_for_nothing(client: FlaskClient) -> None:
    assert client.get("/internal/work", headers=bearer("buyer")).json == {"items": []}
