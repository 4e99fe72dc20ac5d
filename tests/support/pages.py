"""A browser without a screen: parses every HTML answer strictly, and sends real forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from support.actors import bearer

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
# html5lib 1.1 is older than these; they are valid HTML.
KNOWN_TO_BE_FINE = {"unexpected-end-tag-implies-table-voodoo"}


@dataclass
class Form:
    action: str = ""
    method: str = "get"
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page with what a browser would send of them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.select = self.textarea = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get").lower()))
        if self.forms:
            self.take(tag, has)

    def take(self, tag: str, has: dict[str, str]) -> None:
        name, form = has.get("name", ""), self.forms[-1]
        if tag == "input" and name:
            self.take_input(form, name, has)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in has:
            form.fields.setdefault(self.select, []).append(has.get("value", ""))
        elif tag == "textarea":
            self.textarea = name
            form.fields.setdefault(name, []).append("")
        elif tag == "button" and name:
            form.buttons.append((name, has.get("value", "")))

    def take_input(self, form: Form, name: str, has: dict[str, str]) -> None:
        kind = has.get("type", "text")
        if kind in ("radio", "checkbox") and "checked" not in has:
            return
        if kind not in ("submit", "button", "file"):
            form.fields.setdefault(name, []).append(
                has.get("value", "on" if kind != "text" else "")
            )

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea and self.forms:
            self.forms[-1].fields[self.textarea][-1] += data.removeprefix("\n")


def parse(answer: TestResponse) -> None:
    """Fail on malformed markup, of a page or of a fragment."""
    if answer.mimetype != "text/html" or not answer.text.strip():
        return
    parser = html5lib.HTMLParser(strict=False)
    if "<html" in answer.text:
        parser.parse(answer.text)
    else:
        parser.parseFragment(answer.text, container="div")
    faults = [error for error in parser.errors if error[1] not in KNOWN_TO_BE_FINE]
    assert not faults, (faults[:3], answer.request.path)


class Browser:
    """`who` is a name that the app's `identify` knows."""

    def __init__(self, client: FlaskClient, who: str, *, htmx: bool = False) -> None:
        self.client, self.who, self.htmx = client, who, htmx
        self.page: TestResponse | None = None

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.who) | (HTMX if self.htmx else {})

    @property
    def text(self) -> str:
        assert self.page
        return self.page.text

    def get(self, path: str, status: int = 200) -> TestResponse:
        return self.keep(self.client.get(path, headers=self.headers), status)

    def keep(self, answer: TestResponse, status: int) -> TestResponse:
        assert answer.status_code == status, (answer.status_code, answer.text[:2000])
        parse(answer)
        self.page = answer
        return answer

    def form(self, action_part: str) -> Form:
        found = [form for form in Forms(self.text).forms if action_part in form.action]
        assert found, f"no form to …{action_part}…"
        return found[0]

    def submit(
        self, action_part: str, status: int = 303, *, follow: bool = True, **fields: Any
    ) -> TestResponse:
        """Fill in and send the form whose action holds `action_part`; follow a 303."""
        form = self.form(action_part)
        sent: dict[str, Any] = dict(form.fields)
        sent |= {name: value for name, value in fields.items() if value is not None}
        answer = self.client.post(form.action, data=sent, headers=self.headers)
        self.keep(answer, status)
        if status == 303 and follow:
            return self.get(answer.location)
        return answer
