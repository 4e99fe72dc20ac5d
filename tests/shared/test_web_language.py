"""Language, zone, and how times and amounts are written."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from babel import Locale
from flask import Flask, g, render_template_string
from flask.testing import FlaskClient
from support.actors import bearer, staff, vendor
from support.web_app import make_app

from shared.files import ScanState
from shared.kernel import Actor, Money, Staff
from shared.web import formats, i18n, shell, templating
from shared.web.i18n import language, shown

EN, ZH = Locale("en"), Locale.parse("zh_Hans")
AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return make_app(None, tmp_path)


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr,zh-TW;q=0.5,en;q=0.4", "zh-Hans"),
        ("zh;q=0,en;q=0.1", "en"),
        ("fr,de;q=0.5", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_languages_are_negotiated(app: Flask, asked: str, got: str) -> None:
    with app.test_request_context(headers={"Accept-Language": asked}):
        assert language() == got


def test_the_person_decides_before_the_cookie_before_the_browser(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh", "Cookie": "lang=en"}):
        assert language() == "en"
        g.actor = Staff("usr_1", staff("a").organisation_id, locale="zh-Hans")
        assert language() == "zh-Hans"


def test_html_says_its_language_and_theme(app: Flask) -> None:
    client: FlaskClient = app.test_client()
    client.set_cookie("theme", "dark")
    answer = client.get("/nothing", headers={"Accept-Language": "zh"})
    assert '<html lang="zh-Hans" data-bs-theme="dark">' in answer.text
    assert 'href="/language?to=en&amp;next=%2Fnothing"' in answer.text


def test_times_are_written_in_zone_and_language() -> None:
    assert formats.moment(AT, EN, "Asia/Shanghai") == "Fri 27 Nov 2026, 17:00"
    assert formats.moment(AT, ZH, "Asia/Shanghai") == "2026年11月27日 周五 17:00"
    assert formats.day(datetime(2026, 11, 27, 20, tzinfo=UTC), EN, "Asia/Shanghai") == "28 Nov 2026"
    assert formats.day(date(2026, 11, 27), ZH, "UTC") == "2026年11月27日"
    assert formats.zone_words(AT, EN, "Asia/Shanghai") == "China Standard Time (UTC+8)"
    assert formats.zone_words(AT, ZH, "Asia/Shanghai") == "中国标准时间（UTC+8）"
    assert formats.zone_words(AT, EN, "Asia/Kolkata") == "India Time (UTC+5:30)"
    assert formats.zone_words(AT, EN, "America/St_Johns").endswith("(UTC-3:30)")
    assert formats.zone_words(AT, EN, "UTC") == "UTC"
    assert formats.zone_words(AT, EN, "Etc/GMT-8") == "UTC+8"
    assert formats.known_zone("Mars/Phobos") == formats.known_zone("../x") == "UTC"
    assert formats.local_input(AT, "Asia/Shanghai") == "2026-11-27T17:00"


def test_a_zone_alone_is_named_as_people_call_it(app: Flask) -> None:
    for asked, words in (("en", "China Standard Time (UTC+8)"), ("zh", "中国标准时间（UTC+8）")):
        with app.test_request_context(headers={"Accept-Language": asked}):
            shown = render_template_string("{{ 'Asia/Shanghai'|zone_name }} {{ 'UTC'|zone_name }}")
            assert shown == f"{words} UTC"


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (Decimal("1234567.5"), "CNY", "1,234,567.50"),
        (Decimal("160000.000000"), "CNY", "160,000.00"),
        (Decimal("0.123456"), "CNY", "0.123456"),
        (Decimal(1500), "JPY", "1,500"),
        ("-3", "EUR", "−3.00"),
    ],
)
def test_amounts_keep_their_digits(value: Decimal | str, currency: str, text: str) -> None:
    assert formats.amount(value, currency) == text


def test_numbers_and_sizes() -> None:
    assert formats.number(Decimal("78.400")) == "78.4"
    assert formats.number(12000) == "12,000"
    assert [formats.size(n) for n in (0, 999, 2_400_000, 123_456, 5 * 10**9)] == [
        "0 B",
        "999 B",
        "2.4 MB",
        "123 KB",
        "5.0 GB",
    ]


@pytest.mark.parametrize(
    ("left", "words", "chinese", "urgency", "mark"),
    [
        (timedelta(days=3, hours=23), "in 3 days", "还剩 3 天", "far", ""),
        (timedelta(hours=24), "in 1 day", "还剩 1 天", "far", "24h"),
        (timedelta(minutes=59), "in 59 minutes", "还剩 59 分钟", "soon", "1h"),
        (timedelta(seconds=60), "in 1 minute", "还剩 1 分钟", "soon", "1m"),
        (timedelta(seconds=59), "in less than a minute", "还剩不到 1 分钟", "soon", "1m"),
        (timedelta(seconds=-59), "just now", "刚刚", "late", "1m"),
        (timedelta(seconds=-60), "1 minute overdue", "已逾期 1 分钟", "late", "1m"),
        (timedelta(hours=-2), "2 hours overdue", "已逾期 2 小时", "late", "1m"),
    ],
)
def test_deadlines_are_counted_down(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    left: timedelta,
    words: str,
    chinese: str,
    urgency: str,
    mark: str,
) -> None:
    monkeypatch.setattr(templating, "now", lambda: AT)
    at = AT + left
    with app.test_request_context():
        assert (templating.relative(at), templating.urgency(at)) == (words, urgency)
        assert templating.mark(at) == mark
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert templating.relative(at) == chinese


def test_what_happened_is_so_long_ago(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templating, "now", lambda: AT)
    with app.test_request_context():
        assert templating.ago(AT - timedelta(seconds=3)) == "just now"
        assert templating.ago(AT - timedelta(minutes=1)) == "1 minute ago"
        assert templating.ago(AT - timedelta(days=400)) == "400 days ago"


def test_parameters_of_sentences_are_written_for_people(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert shown(ScanState.CLEAN) == i18n.label(ScanState.CLEAN) == "未发现病毒"
        assert shown(Money(Decimal(12), "CNY")) == "CNY\u00a012.00"
        assert shown(AT) == "2026年11月27日 周五 09:00"
        assert shown(date(2026, 1, 2)) == "2026年1月2日"
        assert i18n.label("") == ""


def test_macros_write_money_and_deadlines(app: Flask) -> None:
    template = (
        '{% from "macros/facts.html" import money %}{% from "macros/time.html" import deadline %}'
        '{{ money(sum) }}|{{ money("7", "EUR") }}|{{ deadline(at, zone="Asia/Shanghai") }}'
    )
    with app.test_request_context():
        html = render_template_string(template, sum=Money(Decimal(5), "JPY"), at=AT)
    assert '<span class="t-ccy">JPY</span> 5</span>' in html
    assert '<span class="t-ccy">EUR</span> 7.00</span>' in html
    assert "Fri 27 Nov 2026, 17:00" in html and "(UTC+8)" in html


def times(app: Flask, template: str, **values: object) -> str:
    imported = '{% from "macros/time.html" import when, deadline %}'
    with app.test_request_context():
        html = render_template_string(imported + template, at=AT, **values)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def test_a_deadline_is_told_on_the_readers_clock_first_and_then_where_it_counts(app: Flask) -> None:
    told = times(app, "{{ when(at, zone=zone) }}", zone="Asia/Shanghai")
    there = "Fri 27 Nov 2026, 17:00 China Standard Time (UTC+8)"
    assert told == f"Fri 27 Nov 2026, 09:00 UTC · {there}"
    assert times(app, "{{ when(at, zone=zone) }}", zone="Africa/Abidjan") == (
        "Fri 27 Nov 2026, 09:00 UTC"
    )


def test_what_is_closed_is_not_called_overdue(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    template = '{{ deadline(at, short=True, past="closed") }}'
    for late, words in ((timedelta(hours=3), "closed"), (timedelta(hours=-3), "in 3 hours")):
        monkeypatch.setattr(templating, "now", lambda late=late: AT + late)
        assert times(app, template) == f"Fri 27 Nov 2026, 09:00 {words}"


@pytest.mark.parametrize(
    ("actor", "first", "count"),
    [
        (vendor("huayun"), "/work", 7),
        (staff("buyer"), "/work", 7),
        (staff("boss", *shell.ROLES), "/work", 7),
        (staff("operator"), "/work", 3),
    ],
)
def test_the_navigation_has_at_most_seven_places(actor: Actor, first: str, count: int) -> None:
    places = shell.entries(actor)
    assert (places[0].href, len(places)) == (first, count)


def test_the_navigation_shows_where_we_are(app: Flask) -> None:
    html = app.test_client().get("/admin/plans", headers=bearer("buyer")).text
    assert html.count('aria-current="page"') == 3  # navigation, crumb, tab


@pytest.mark.parametrize(
    ("path", "who", "entry"),
    [
        ("/admin/awards/1", "buyer", "/admin/evaluations"),
        ("/admin/awards", "auditor", "/admin/contracts"),
        ("/admin/milestones/1", "quality", "/admin/contracts"),
        ("/admin/rfps/1/opening", "opener", "/admin/rfps"),
        ("/admin/clients/new", "admin", "/admin/clients"),
    ],
)
def test_every_page_has_its_place_in_the_navigation(
    app: Flask, path: str, who: str, entry: str
) -> None:
    with app.test_request_context(path):
        assert shell.here(staff(who)) == entry


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Wang Lei", "WL"),
        ("Ann", "A"),
        ("a b c", "AC"),
        ("Anne-Marie O’Neill", "AO"),
        ("J. R. Weber", "JW"),
        ("Élodie Ŝ", "ÉŜ"),
        ("Ольга Иванова", "ОИ"),
        ("王磊", "王"),
        ("王 磊", "王"),
        ("Zhao Min 赵敏", "ZM"),
        ("赵敏 Zhao Min", "赵"),
        ("赵敏（Zhao Min）", "赵"),
        ("Zhao赵", "Z"),
        ("Admin", "A"),
        ("(Li) Na 2", "LN"),
        ("Ｌｉ Ｎａ", "LN"),
        ("🙂 42", ""),
        ("", ""),
    ],
)
def test_initials_are_of_the_script_the_name_begins_with(name: str, letters: str) -> None:
    assert shell.initials(name) == letters


def test_a_sentence_of_a_page_is_html_and_what_is_put_into_it_is_not(app: Flask) -> None:
    template = "{{ _('100 %% of %(what)s', what='<b>') }} {{ _('100 %%') }}"
    with app.test_request_context():
        assert render_template_string(template) == "100 % of &lt;b&gt; 100 %"


def test_readers_of_both_languages_get_their_own_words(app: Flask) -> None:
    for locale, words in (("en", "Menu"), ("zh-Hans", "菜单"), ("en", "Menu")):
        with app.test_request_context():
            g.actor = Staff("usr_1", staff("a").organisation_id, locale=locale)
            assert render_template_string("{{ _('Menu') }}") == words
