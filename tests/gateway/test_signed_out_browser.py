"""A session that ends while somebody types: nothing typed is lost, and sending works again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page
from support.chromium import chromium, gates, watched
from support.database import Sessions
from support.edge_server import EdgeServer, free_port
from support.gateway import PASSWORD, Enrolled, a_person, gateway_settings, url_of
from support.served import served

from gateway.app import create_app
from gateway.people.domain import Role

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]


@pytest.fixture(scope="module")
def home(shared_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Edge and idp as they run, each on a port."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    settings = gateway_settings(tmp_path_factory.mktemp("data"), url_of(shared_engine))
    own = replace(settings, public_url=origin, internal_issuer=origin)
    app = create_app(own)
    with served(app) as idp:
        server = EdgeServer(replace(own, upstream_idp=idp), port)
        try:
            server.wait()
            yield origin
        finally:
            server.stop()
    app.extensions["fanout"].close()
    app.extensions["fanout"].admission.reads.close()
    app.extensions["sessions"].kw["bind"].dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def admin(committed: Sessions) -> Enrolled:
    return a_person(committed, Role.ADMIN)


def sign_in(page: Page, admin: Enrolled) -> None:
    page.fill("#email", admin.person.email)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "/login" not in url)


def typing(context: BrowserContext, home: str, admin: Enrolled) -> tuple[Page, list[str]]:
    page, faults = watched(context)
    page.goto(f"{home}/login?next=/admin/people/organisations/new")
    sign_in(page, admin)
    page.fill("#name", "Nordwind")
    page.select_option("#kind", "vendor")
    return page, faults


def in_another_tab(context: BrowserContext, home: str, admin: Enrolled) -> None:
    other = context.new_page()
    other.goto(f"{home}/login")
    sign_in(other, admin)
    other.close()


def test_what_was_typed_is_sent_after_signing_in_elsewhere(
    browser: Browser, home: str, admin: Enrolled
) -> None:
    context = browser.new_context()
    page, _ = typing(context, home, admin)
    context.clear_cookies()
    page.click("main form .btn-primary")
    page.wait_for_selector("text=You have been signed out. Nothing was sent.")
    assert page.input_value("#name") == "Nordwind"
    assert page.is_enabled("main form .btn-primary")
    assert gates(page, []) == []
    in_another_tab(context, home, admin)
    page.wait_for_selector("text=You can send it now.", timeout=30_000)
    assert gates(page, []) == []
    page.fill("#slug", f"n{admin.person.id.hex[-12:]}")
    page.click("main form .btn-primary")
    page.wait_for_selector("h1:has-text('Nordwind')")
    context.close()


def test_a_form_of_an_earlier_session_learns_its_new_token(
    browser: Browser, home: str, admin: Enrolled
) -> None:
    context = browser.new_context()
    page, _ = typing(context, home, admin)
    page.fill("#slug", f"m{admin.person.id.hex[-12:]}")
    context.clear_cookies()
    in_another_tab(context, home, admin)
    page.click("main form .btn-primary")
    page.wait_for_selector("text=This page is of an earlier session. Nothing was sent.")
    page.click("main form .btn-primary")
    page.wait_for_selector("h1:has-text('Nordwind')")
    context.close()


def test_without_scripts_the_login_page_says_why_and_leads_back(
    browser: Browser, home: str, admin: Enrolled
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page, _ = typing(context, home, admin)
    context.clear_cookies()
    page.click("main form .btn-primary")
    assert "Your session had ended, so nothing was sent." in page.inner_text("main")
    sign_in(page, admin)
    assert page.url == f"{home}/admin/people/organisations/new"
    context.close()
