"""Pages of performance: what each face sees, who may not, both languages."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from support.database import Sessions
from support.metrics import CALLGRID, MANAGER, OCTOBER, a_metric, allow, measured, take
from support.pages import Browser

from services.monitoring.metrics.domain import Direction, Formula, Metric
from services.monitoring.metrics.usecases import learn_metrics
from services.monitoring.slas.usecases import evaluate_windows
from shared.kernel import Actor

pytestmark = pytest.mark.usefixtures("november")


@pytest.fixture
def huayun(client: FlaskClient) -> Browser:
    return Browser(client, "huayun")


class TestStaff:
    def test_the_list_says_why_it_is_empty(self, manager: Browser) -> None:
        assert "Nothing is measured yet" in manager.get("/admin/performance").text

    def test_the_list_shows_the_last_result_against_the_target(
        self, manager: Browser, metric: Metric, evaluated: str
    ) -> None:
        page = manager.get("/admin/performance").text
        named = (metric.title, "CT-2026-001 · SLA-1", "huayun")
        for words in (*named, "93.5&nbsp;%", "Target missed"):
            assert words in page
        assert "≥&nbsp;95&nbsp;%" in page and "Oct 2026" in page

    def test_the_list_goes_on_by_pages(
        self, manager: Browser, sessions: Sessions, metric: Metric
    ) -> None:
        more = [a_metric(f"m{n}", position=n, title=f"Metric number {n:02}") for n in range(2, 32)]
        with sessions.begin() as session:
            learn_metrics(session, more)
        first = manager.get("/admin/performance").text
        assert "Metric number 25" in first and "Metric number 26" not in first
        after = first.split("after=")[1].split('"')[0]
        second = manager.get(f"/admin/performance?after={after}").text
        assert "Metric number 26" in second and "Metric number 25" not in second

    def test_ended_windows_are_evaluated_by_a_button(
        self, manager: Browser, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        take(sessions, measured(metric.id, [1, 1, 0]), now=now)
        before = manager.get(f"/admin/performance/{metric.id}").text
        assert "1 window waits to be evaluated" in before and "data-chart" not in before
        after = manager.submit("/evaluation").text
        assert "66.67" in after and "Credit 10\u00a0%" in after and "data-chart" in after
        assert "The target was missed in Oct 2026" in after

    @pytest.mark.parametrize(("who", "face"), [("finance", "admin"), ("huayun", "portal")])
    def test_after_a_breach_the_page_leads_to_the_figures_and_to_the_credits(
        self, client: FlaskClient, metric: Metric, evaluated: str, who: str, face: str
    ) -> None:
        """What became of the credit stands with the contract, not here."""
        page = Browser(client, who).get(f"/{face}/performance/{metric.id}").text
        [card] = re.findall(r'aria-labelledby="next-step".*?</section>', page, re.S)
        assert "The target was missed in Oct 2026." in card and "may follow" not in card
        assert f'href="/{face}/performance/{metric.id}/windows/{evaluated}"' in card
        assert f'href="/{face}/contracts/{metric.contract_id}/credits"' in card

    @pytest.mark.parametrize(("who", "face"), [("finance", "admin"), ("huayun", "portal")])
    def test_the_header_leads_to_the_contract_and_the_history_speaks_as_the_page(
        self, client: FlaskClient, metric: Metric, evaluated: str, who: str, face: str
    ) -> None:
        page = Browser(client, who).get(f"/{face}/performance/{metric.id}").text
        contract = f'<a href="/{face}/contracts/{metric.contract_id}">{metric.contract_title}</a>'
        assert contract in page and "Window Oct 2026 evaluated: 93.5\u00a0%" in page

    def test_the_chart_has_its_words_in_the_page(
        self, manager: Browser, metric: Metric, evaluated: str
    ) -> None:
        page = manager.get(f"/admin/performance/{metric.id}").text
        assert "the target of 95\u00a0% was missed in: Oct 2026." in page
        assert "Credit 5\\u00a0%" in page and "No credit" in page

    def test_every_figure_opens_its_working(
        self, manager: Browser, metric: Metric, evaluated: str
    ) -> None:
        page = manager.get(f"/admin/performance/{metric.id}/windows/{evaluated}").text
        zone = "in China Standard Time (UTC+8)"
        for words in ("187 ÷ 200 × 100", "93.5&nbsp;%", "SHA-256", zone, "1005-1"):
            assert words in page
        assert page.count("telephony") == 25 and "Next page" in page
        after = page.split("after=")[1].split('"')[0]
        second = manager.get(f"/admin/performance/{metric.id}/windows/{evaluated}?after={after}")
        assert "1005-26" in second.text and "1005-25<" not in second.text

    def test_the_zone_is_named_in_words(self, manager: Browser, metric: Metric) -> None:
        for below in ("", "/measurements/new"):
            page = manager.get(f"/admin/performance/{metric.id}{below}").text
            assert "China Standard Time (UTC+8)" in page
            assert "Asia/Shanghai" not in page.replace('name="zone" value="Asia/Shanghai"', "")

    def test_the_raw_measurements_can_be_downloaded(
        self, manager: Browser, metric: Metric, evaluated: str
    ) -> None:
        url = f"/admin/performance/{metric.id}/windows/{evaluated}/measurements.csv"
        lines = manager.get(url).text.splitlines()
        assert lines[0] == "\ufefftaken_at,source,external_id,value" and len(lines) == 201
        assert lines[1] == "2026-10-05T02:01:00+00:00,telephony,1005-1,1"

    def test_late_measurements_are_said_and_evaluated_again(
        self, manager: Browser, sessions: Sessions, metric: Metric, evaluated: str, now: datetime
    ) -> None:
        take(sessions, measured(metric.id, [1] * 100, source="late"), now=now)
        page = manager.get(f"/admin/performance/{metric.id}").text
        assert "Measurements came after 1 window was evaluated" in page
        window = f"/admin/performance/{metric.id}/windows/{evaluated}"
        assert "Measurements came after this evaluation." in manager.get(window).text
        manager.get(f"/admin/performance/{metric.id}")
        assert "Revision 2" in manager.submit("/evaluation").text
        again = manager.get(window).text
        assert "evaluated again, because measurements came late" in again
        assert "95.67&nbsp;%" in again and "93.5&nbsp;%" in again

    def test_a_month_without_data_says_so(
        self, manager: Browser, metric: Metric, sessions: Sessions
    ) -> None:
        with sessions.begin() as session:
            [made] = evaluate_windows(session, MANAGER, metric_id=metric.id)
        page = manager.get(f"/admin/performance/{metric.id}").text
        assert "No measurement came for Oct 2026" in page and "No data" in page
        assert "data-chart" not in page, "there is nothing to draw"
        assert page.count("measurements/new") == 1, "one button for one thing"
        assert "Window Oct 2026 evaluated: No data" in page
        window = manager.get(f"/admin/performance/{metric.id}/windows/{made.window_id}").text
        assert "neither 0 nor 100" in window and "No measurement came" in window

    def test_before_and_after_the_contract_the_page_says_what_it_waits_for(
        self, manager: Browser, sessions: Sessions, now: datetime
    ) -> None:
        later = a_metric("later", starts_on=now.date() + timedelta(days=40), position=2)
        running = a_metric("running", starts_on=now.date(), position=3)
        ended = a_metric("ended", ends_on=OCTOBER.date(), position=4)
        with sessions.begin() as session:
            learn_metrics(session, [later, running, ended])
        take(sessions, measured(ended.id, [1], at=OCTOBER - timedelta(days=1)), now=now)
        with sessions.begin() as session:
            evaluate_windows(session, MANAGER, metric_id=ended.id)
        for metric, words in (
            (later, "Measuring begins on"),
            (running, "The window runs"),
            (ended, "All its windows are evaluated"),
        ):
            assert words in manager.get(f"/admin/performance/{metric.id}").text
        assert "1–5 Oct 2026" in manager.text

    def test_lower_is_better_is_drawn_and_said(
        self, manager: Browser, sessions: Sessions, now: datetime
    ) -> None:
        metric = a_metric(
            formula=Formula.MEAN, unit="h", direction=Direction.LOWER, target=Decimal(2),
            minimum=None, tiers=(),
        )  # fmt: skip
        with sessions.begin() as session:
            learn_metrics(session, [metric])
        take(sessions, measured(metric.id, ["1.5", "3.5"]), now=now)
        with sessions.begin() as session:
            evaluate_windows(session, MANAGER, metric_id=metric.id)
        page = manager.get(f"/admin/performance/{metric.id}").text
        assert "≤&nbsp;2&nbsp;h" in page and "lower_is_better&#34;: true" in page


class TestVendors:
    def test_a_vendor_sees_its_own_and_nothing_to_change(
        self, huayun: Browser, metric: Metric, evaluated: str
    ) -> None:
        assert metric.title in huayun.get("/portal/performance").text
        page = huayun.get(f"/portal/performance/{metric.id}").text
        for words in ("93.5&nbsp;%", "See how it came about", "data-chart"):
            assert words in page
        for words in ("Evaluate now", "Who may send", "Add measurements", "contract_manager"):
            assert words not in page
        window = huayun.get(f"/portal/performance/{metric.id}/windows/{evaluated}").text
        assert "187 ÷ 200" in window and "telephony" in window
        csv = f"/portal/performance/{metric.id}/windows/{evaluated}/measurements.csv"
        assert "1005-200" in huayun.get(csv).text

    def test_a_rival_finds_nothing(
        self, client: FlaskClient, huayun: Browser, metric: Metric, evaluated: str
    ) -> None:
        rival = Browser(client, "nordwind")
        assert metric.title not in rival.get("/portal/performance").text
        below = f"/portal/performance/{metric.id}"
        for path in (below, f"{below}/windows/{evaluated}",
                     f"{below}/windows/{evaluated}/measurements.csv"):  # fmt: skip
            rival.get(path, 404)
            huayun.get(path)

    def test_a_window_is_found_below_its_own_metric_only(
        self, huayun: Browser, sessions: Sessions, metric: Metric, evaluated: str
    ) -> None:
        with sessions.begin() as session:
            learn_metrics(session, [other := a_metric("repaired", position=2)])
        huayun.get(f"/portal/performance/{other.id}/windows/{evaluated}", 404)
        huayun.get(f"/portal/performance/{metric.id}/windows/{evaluated}")


class TestWhoMayNot:
    STAFF = ("", "/{metric}", "/{metric}/grants", "/{metric}/windows/{window}",
             "/{metric}/windows/{window}/measurements.csv")  # fmt: skip

    def test_staff_pages_are_for_readers_of_the_buyer(
        self, client: FlaskClient, metric: Metric, evaluated: str
    ) -> None:
        for path in self.STAFF:
            url = "/admin/performance" + path.format(metric=metric.id, window=evaluated)
            for who in ("huayun", "callgrid", "opener"):
                Browser(client, who).get(url, 403)
            for who in ("contract_manager", "finance", "auditor"):
                Browser(client, who).get(url)

    def test_only_contract_managers_change_anything(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        allow(sessions, metric, now=now)
        partner = CALLGRID.organisation_id
        for path in ("/evaluation", "/measurements", "/imports", "/grants",
                     f"/grants/{partner}/revocation"):  # fmt: skip
            for who in ("finance", "auditor", "huayun", "callgrid", "opener"):
                answer = client.post(
                    f"/admin/performance/{metric.id}{path}",
                    data={"csrf_token": f"csrf-{who}"},
                    headers={"Authorization": f"Bearer {who}"},
                )
                assert answer.status_code == 403, (path, who)
        new = f"/admin/performance/{metric.id}/measurements/new"
        for who in ("finance", "auditor", "huayun"):
            Browser(client, who).get(new, 403)
        manager = Browser(client, "contract_manager")
        manager.get(f"/admin/performance/{metric.id}")
        manager.submit("/revocation")
        manager.submit("/evaluation")
        manager.get(new)


def test_pages_speak_chinese(
    client: FlaskClient, sessions: Sessions, actors: dict[str, Actor], metric: Metric,
    evaluated: str, now: datetime,
) -> None:  # fmt: skip
    for name in ("contract_manager", "huayun"):
        actors[name] = replace(actors[name], locale="zh-Hans")
    manager, huayun = Browser(client, "contract_manager"), Browser(client, "huayun")
    for browser, face in ((manager, "admin"), (huayun, "portal")):
        listed = browser.get(f"/{face}/performance").text
        assert "未达标" in listed and "2026年10月" in listed
        shown = browser.get(f"/{face}/performance/{metric.id}").text
        assert "目标" in shown and "2026年10月窗口已核算：93.5\u00a0%" in shown
        window = browser.get(f"/{face}/performance/{metric.id}/windows/{evaluated}").text
        assert "原始测量值" in window
    assert "导入" in manager.get(f"/admin/performance/{metric.id}/measurements/new").text
