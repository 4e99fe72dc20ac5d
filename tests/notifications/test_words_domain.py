"""inbox/domain and channels/domain: a notice in words, and the mail that says the same."""

from datetime import UTC, date, datetime
from email.headerregistry import Address
from uuid import UUID

import pytest

from services.notifications.channels.domain import Letter, as_message, host, html, message_id, plain
from services.notifications.inbox.domain import UNKNOWN, OddPath, require_own_path, words

NUMBER = UUID(int=7)
URL = "https://tandem.example:8443/"
LETTER = Letter(
    NUMBER, datetime(2026, 11, 22, 9, tzinfo=UTC), "zh-Hans", "Done & signed", ["A < B", "C"],
    "https://tandem.example/admin?a=1&b=2",
)  # fmt: skip


def said(template: str, **params: str) -> tuple[str, str]:
    return words(template, params, lambda text: f"[{text}]", lambda day: f"{day:%B %Y}")


def test_a_notice_is_translated_before_its_values_are_filled_in() -> None:
    assert said("plan_approved", number="PLAN-1", title="%(a)s") == (
        "[Your plan is approved]", "[PLAN-1 “%(a)s” is approved. A buyer makes an RFP of it.]",
    )  # fmt: skip


def test_a_month_is_named_in_the_readers_words() -> None:
    _, body = said("sla_breached", number="CT-1", title="Calls", month="2026-02")
    assert "in February 2026." in body
    asked: list[date] = []
    words("sla_breached", {"month": "2026-02"}, str, lambda day: asked.append(day) or "")  # type: ignore[func-returns-value]
    assert asked == [date(2026, 2, 1)]


@pytest.mark.parametrize("params", [{}, {"number": "CT-1", "title": "Calls", "month": "February"}])
def test_a_notice_that_lacks_a_value_keeps_its_title(params: dict[str, str]) -> None:
    assert said("sla_breached", **params) == ("[An SLA target was missed]", f"[{UNKNOWN.body}]")


def test_a_template_that_came_after_us_says_that_something_waits() -> None:
    assert said("of_tomorrow", number="1") == (f"[{UNKNOWN.title}]", f"[{UNKNOWN.body}]")


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", ""])
def test_a_link_that_leads_elsewhere_is_refused_by_name(path: str) -> None:
    with pytest.raises(OddPath) as refused:
        require_own_path(path)
    assert refused.value.args == (path,)


def test_a_link_of_our_own_is_taken() -> None:
    require_own_path("/admin/plans/1")


@pytest.mark.parametrize(("url", "name"), [(URL, "tandem.example"), ("", "localhost")])
def test_a_mail_is_known_by_its_notice_at_our_host(url: str, name: str) -> None:
    assert host(url) == name
    assert message_id(NUMBER, url) == f"<{NUMBER}@{name}>"


def test_both_forms_of_a_mail_say_the_same() -> None:
    assert plain(LETTER, "Open", "Why & how") == (
        "Done & signed\n\nA < B\n\nC\n\nOpen:\nhttps://tandem.example/admin?a=1&b=2\n\n"
        "-- \nWhy & how\n"
    )
    assert html(LETTER, "Open & read", "Why & how") == (
        '<!doctype html>\n<html lang="zh-Hans">\n'
        '<head><meta charset="utf-8"><title>Done &amp; signed</title></head>\n'
        "<body>\n<h1>Done &amp; signed</h1>\n<p>A &lt; B</p>\n<p>C</p>\n"
        '<p><a href="https://tandem.example/admin?a=1&amp;b=2">Open &amp; read</a></p>\n'
        "<hr>\n<p><small>Why &amp; how</small></p>\n</body>\n</html>\n"
    )


def test_the_envelope_of_a_mail_says_whose_it_is_and_that_a_machine_wrote_it() -> None:
    to = Address("陈伟", "chen", "buyer.example")
    mail = as_message(LETTER, to=to, public_url=URL, translate=lambda text: f"[{text}]")
    assert (mail["To"], mail["Subject"]) == (str(to), "Done & signed")
    assert mail["From"] == "Tandem <tandem@tandem.example>"
    assert mail["Date"] == "Sun, 22 Nov 2026 09:00:00 +0000"
    assert mail["Message-ID"] == message_id(NUMBER, URL)
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "zh-Hans")
    text, hypertext = mail.iter_parts()
    assert (text.get_content_type(), hypertext.get_content_type()) == ("text/plain", "text/html")
    for part in (text, hypertext):
        assert "[Open it in Tandem]" in part.get_content()
        assert f"Tandem 协行 ({URL}).]" in part.get_content()
