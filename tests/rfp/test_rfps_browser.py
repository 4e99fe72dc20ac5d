"""Plans, vendors and RFPs in a real browser: pages pass the gates, forms need no script."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import sessionmaker
from support.actors import an_id, bearer
from support.chromium import chromium, gates, watched
from support.database import Sessions, make_database
from support.rfps import NOW, RFP_TYPED, a_plan, an_rfp, rfp_actors, settle, stored
from support.served import served, speaking
from support.settings import environment

from services.rfp.app import create_app
from services.rfp.config import Settings
from services.rfp.metadata import metadata
from services.rfp.plans.domain import Plan, PlanState
from services.rfp.tenders.domain import Question, Rfp
from shared.config import service_settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def committing(server: str) -> Iterator[Sessions]:
    engine = make_database(server, "rfp_pages_tests", metadata)
    made = sessionmaker(engine, expire_on_commit=False)
    settle(made, rfp_actors())
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def address(committing: Sessions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = service_settings(Settings, "rfp", environment(tmp_path_factory.mktemp("data")))
    known = speaking(rfp_actors())
    app = create_app(settings, sessions=committing, identify=known.get)
    with served(app) as url:
        yield url


@pytest.fixture(scope="module")
def plan(committing: Sessions) -> Plan:
    made: Plan = stored(committing, a_plan())
    return made


@pytest.fixture(scope="module")
def waiting(committing: Sessions) -> Plan:
    made: Plan = stored(committing, a_plan(state=PlanState.SUBMITTED))
    return made


@pytest.fixture(scope="module")
def rfp(committing: Sessions, plan: Plan) -> Rfp:
    made: Rfp = stored(committing, an_rfp(plan))
    asked = (made.id, an_id("huayun-org"), an_id("huayun"))
    stored(committing, Question(*asked, "坐席必须在上海吗？", NOW))
    answered = {"answer": "No.", "answered_by": an_id("buyer"), "answered_at": NOW}
    stored(committing, Question(*asked, "May agents work from home?", NOW, **answered))
    return made


@pytest.fixture(scope="module")
def draft(committing: Sessions, plan: Plan) -> Rfp:
    gaps = {"milestones": [], "invitations": [], "deadline_at": NOW + timedelta(days=30)}
    made: Rfp = stored(committing, an_rfp(plan, draft=True, **gaps))
    return made


def pages(plan: Plan, waiting: Plan, rfp: Rfp, draft: Rfp) -> list[tuple[str, str]]:
    """Who looks at what."""
    stranger = an_id("stranger-org")
    return [
        ("requester", "/admin/plans"),
        ("requester", "/admin/plans/new"),
        ("buyer", f"/admin/plans/{plan.id}"),
        ("approver", f"/admin/plans/{waiting.id}"),
        ("auditor", "/admin/vendors"),
        ("buyer", f"/admin/vendors/{stranger}"),
        ("huayun", "/portal/company"),
        ("buyer", "/admin/rfps"),
        ("buyer", "/admin/rfps/new"),
        ("buyer", f"/admin/rfps/new?plan={plan.id}"),
        ("buyer", f"/admin/rfps/{draft.id}"),
        ("buyer", f"/admin/rfps/{draft.id}/edit"),
        ("buyer", f"/admin/rfps/{rfp.id}"),
        ("buyer", f"/admin/rfps/{rfp.id}?tab=questions"),
        ("buyer", f"/admin/rfps/{rfp.id}?tab=history"),
        ("huayun", "/portal/opportunities"),
        ("stranger", "/portal/opportunities"),
        ("huayun", f"/portal/opportunities/{rfp.id}"),
        ("huayun", f"/portal/opportunities/{rfp.id}?tab=questions"),
    ]


def wrong(plan: Plan, waiting: Plan, rfp: Rfp) -> list[tuple[str, str, str]]:
    """Forms that are sent as they are, and the button that sends them."""
    return [
        ("requester", "/admin/plans/new", "main .btn-primary"),
        ("approver", f"/admin/plans/{waiting.id}", "main .btn-primary"),
        ("buyer", f"/admin/vendors/{an_id('stranger-org')}", "main .btn-primary"),
        ("buyer", f"/admin/rfps/new?plan={plan.id}", "main .btn-primary"),
        ("buyer", f"/admin/rfps/{rfp.id}?tab=questions", "[aria-labelledby=qa] .btn-primary"),
        ("huayun", f"/portal/opportunities/{rfp.id}?tab=questions", "main .btn-secondary"),
    ]


def opened(browser: Browser, who: str, **options: Any) -> tuple[Page, list[str]]:
    context = browser.new_context(
        extra_http_headers=bearer(who), reduced_motion="reduce", **options
    )
    return watched(context)


@pytest.mark.parametrize("language", ["", "-zh"])
def test_every_page_passes_the_gates(
    browser: Browser, address: str, plan: Plan, waiting: Plan, rfp: Rfp, draft: Rfp, language: str
) -> None:
    found: list[str] = []
    for who, path in pages(plan, waiting, rfp, draft):
        page, faults = opened(browser, who + language)
        page.goto(address + path)
        found += [f"{path} {each}" for each in gates(page, faults)]
        page.context.close()
    assert found == []


@pytest.mark.parametrize("language", ["", "-zh"])
def test_every_form_with_errors_passes_the_gates(
    browser: Browser, address: str, plan: Plan, waiting: Plan, rfp: Rfp, language: str
) -> None:
    found: list[str] = []
    for who, path, button in wrong(plan, waiting, rfp):
        page, faults = opened(browser, who + language)
        page.goto(address + path)
        page.locator(button).last.click()
        page.wait_for_selector("#error-summary, .t-error")
        found += [f"{path} {each}" for each in gates(page, faults)]
        page.context.close()
    assert found == []


def type_plan(page: Page) -> None:
    page.fill("#title", "Service desk 服务台")
    page.fill("#objectives", "Nine calls of ten within a minute")
    page.fill("#scope_in", "Calls")
    page.fill("#starts_on", RFP_TYPED["starts_on"])
    page.fill("#ends_on", RFP_TYPED["ends_on"])
    page.fill("#cost_ceiling", "1000")


def type_line(page: Page, number: int, title: str) -> None:
    page.fill(f"#lines-{number}-title", title)
    page.select_option(f"#lines-{number}-category", "labour")
    page.fill(f"#lines-{number}-amount", "400.50")


@pytest.mark.parametrize("script", [True, False])
def test_a_plan_is_written_row_by_row(browser: Browser, address: str, script: bool) -> None:
    page, faults = opened(browser, "requester", java_script_enabled=script)
    page.goto(f"{address}/admin/plans/new")
    type_plan(page)
    type_line(page, 0, "Agents")
    for title in ("Seats", "Training"):
        page.get_by_role("button", name="Add a cost line").click()
        number = 1 if title == "Seats" else 2
        page.wait_for_selector(f"#lines-{number}-title")
        type_line(page, number, title)
    assert page.input_value("#lines-0-amount") == "400.50"
    page.get_by_role("button", name="Save plan").click()
    page.wait_for_selector("#cost_ceiling-error")
    page.get_by_role("button", name=re.compile("Remove.*Seats")).click()
    page.wait_for_selector("#lines-2-title", state="detached")
    page.get_by_role("button", name="Save plan").click()
    page.wait_for_selector("text=Submit plan")
    text = page.inner_text("main")
    assert "801.00" in text and "Training" in text and "Seats" not in text
    assert faults == []
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_tiers_and_lots_come_and_go(
    browser: Browser, address: str, plan: Plan, script: bool
) -> None:
    page, faults = opened(browser, "buyer", java_script_enabled=script)
    page.goto(f"{address}/admin/rfps/new?plan={plan.id}")
    page.fill("#sla_targets-0-title", "Calls answered")
    page.fill("#sla_targets-0-tiers-0-to", "90")
    for name, appears in (
        ("Add a tier", "#sla_targets-0-tiers-2-percent"),
        ("Add a lot", "#lots-1-title"),
        ("Add a milestone", "#milestones-1-title"),
        ("Add a service level", "#sla_targets-1-title"),
    ):
        page.get_by_role("button", name=name, exact=True).first.click()
        page.wait_for_selector(appears)
    page.get_by_role("button", name=re.compile("Remove.*Service level 1")).click()
    page.wait_for_selector("#sla_targets-1-title", state="detached")
    assert page.input_value("#sla_targets-0-title") == ""
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_selector("#deadline_at-error")
    assert page.input_value("#title") == "Service desk" and faults == []
    page.context.close()
