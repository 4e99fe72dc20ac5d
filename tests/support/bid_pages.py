"""The form of a bid as a vendor fills it in and sends it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.rfp.tenders.domain import Rfp
from support.actors import bearer
from support.bids import PRICE, lot_path
from support.pages import Browser

Clock = Callable[[datetime], None]


def form_path(rfp: Rfp, lot: int = 0) -> str:
    return f"/portal/bids/lots/{rfp.lots[lot].id}"


def filled_in(**changes: str) -> dict[str, str]:
    whole = {
        "solution": "Twelve agents in Dalian.",
        "lines-0-title": "Agents",
        "lines-0-kind": "monthly",
        "lines-0-quantity": "4",
        "lines-0-unit_price": "250.00",
        "lines-1-title": "Transition",
        "lines-1-kind": "one_off",
        "lines-1-quantity": "1",
        "lines-1-unit_price": PRICE,
        "promises-0-value": "96.5",
    }
    return whole | changes


def press(browser: Browser, button: str, status: int = 303, **typed: str) -> TestResponse:
    """A button of the form whose address ends with `button`, such as `?step=check`."""
    form = browser.form("/portal/bids/lots/")
    assert not button or f'formaction="{form.action}{button}"' in browser.text
    sent: dict[str, Any] = {**form.fields, **typed}
    answer = browser.client.post(form.action + button, data=sent, headers=browser.headers)
    browser.keep(answer, status)
    return browser.get(answer.location) if status == 303 else answer


def to_the_check(browser: Browser, **changes: str) -> TestResponse:
    return press(browser, "?step=check", **filled_in(**changes))


def submit(browser: Browser, **changes: str) -> TestResponse:
    to_the_check(browser, **changes)
    return browser.submit("/bid")


def saved_draft(client: FlaskClient, rfp: Rfp) -> Any:
    return client.get(lot_path(rfp, "draft"), headers=bearer("huayun")).json


def inside(html: str) -> str:
    """The page without its frame."""
    return html.partition('id="content"')[2] or html
