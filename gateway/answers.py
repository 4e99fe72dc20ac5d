"""What the edge says itself when it does not pass a request on: page, fragment or JSON."""

import json
from collections.abc import Mapping
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from gateway import assets
from gateway.incoming import LANGUAGE_COOKIE, Incoming
from gateway.replies import Headers, Reply
from gateway.words import LOCALES, preferred, translate
from shared.kernel import N_

AGAIN = N_("Nothing you entered elsewhere is lost. Wait a moment, then try again.")
CHECK = N_(
    "If you typed the address, check it. If you followed a link from a mail, the thing may have "
    "been withdrawn, or it belongs to another company."
)
REFUSALS: Mapping[str, tuple[int, str, str]] = {
    "malformed_address": (400, N_("This address is malformed"), CHECK),
    "sign_in_first": (401, N_("Sign in first"), N_("Send a valid access token with the request.")),
    "not_for_you": (
        403,
        N_("This page is not for you"),
        N_("Your account does not include this part of Tandem. Ask your administrator."),
    ),
    "foreign_request": (
        403,
        N_("This request did not come from one of our pages"),
        N_("Open the page here and repeat what you did. Nothing has been changed."),
    ),
    "unknown_page": (404, N_("This page does not exist, or it is not yours to see"), CHECK),
    "wrong_method": (405, N_("This address does not take such a request"), CHECK),
    "too_slow": (
        408,
        N_("Your request took too long to arrive"),
        N_("Check your connection, then send it again."),
    ),
    "too_large": (
        413,
        N_("That is too large"),
        N_("At most %(limit)s MB can be sent here. Make the file smaller, or split it."),
    ),
    "unknown_host": (
        421,
        N_("There is no such site here"),
        N_("This server answers at %(home)s only."),
    ),
    "too_many_attempts": (
        429,
        N_("Too many attempts"),
        N_("Try again in %(seconds)s s."),
    ),
    "our_fault": (500, N_("Something went wrong on our side"), AGAIN),
    "service_broken": (502, N_("This part of Tandem is not available"), AGAIN),
    "service_busy": (503, N_("This part of Tandem has too much to do"), AGAIN),
    "service_slow": (504, N_("This part of Tandem takes too long to answer"), AGAIN),
}
ABOVE_THE_PAGE = [("HX-Retarget", "#messages"), ("HX-Reswap", "innerHTML show:top")]


class Refused(Exception):
    """The edge does not pass this request on."""

    def __init__(self, code: str, headers: Headers = (), **params: object) -> None:
        super().__init__(code)
        self.code, self.headers, self.params = code, headers, params
        self.status, self.title, self.text = REFUSALS[code]


def language(request: Incoming, known: str | None = None) -> str:
    """Of the person, else of the cookie that the language switch set, else of the browser."""
    cookie = request.cookie(LANGUAGE_COOKIE)
    return known or (cookie if cookie in LOCALES else preferred(request.header("accept-language")))


def refusal(request: Incoming, refused: Refused, locale: str) -> Reply:
    title = translate(locale, refused.title)
    text = translate(locale, refused.text, refused.params)
    if request.is_api:
        return as_json(refused, title, text)
    template = "fragment.html" if request.is_htmx else "error.html"
    page = rendered(template, locale, title=title, text=text, reference=request.reference)
    headers = [("Content-Type", "text/html; charset=utf-8"), *refused.headers]
    if request.is_htmx:
        headers += ABOVE_THE_PAGE
    return Reply(refused.status, headers, page.encode())


def rendered(template: str, locale: str, **said: str) -> str:
    found = templates().get_template(template)
    words = partial(translate, locale)
    return found.render(_=words, asset=assets.address, locale=locale, **said)


def signed_out(request: Incoming) -> Reply:
    """A note above a form that was sent after its session: nothing typed is lost."""
    headers = [("Content-Type", "text/html; charset=utf-8"), *ABOVE_THE_PAGE]
    return Reply(401, headers, rendered("signed_out.html", language(request)).encode())


def as_json(refused: Refused, title: str, text: str) -> Reply:
    """The shape that services give their errors too."""
    said = {
        "code": refused.status,
        "status": HTTPStatus(refused.status).phrase,
        "message": f"{title}. {text}",
        "errors": {"code": refused.code},
    }
    headers = [("Content-Type", "application/json"), *refused.headers]
    return Reply(refused.status, headers, json.dumps(said, ensure_ascii=False).encode())


@cache
def templates() -> Environment:
    folder = Path(__file__).parent / "templates" / "edge"
    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def reload(request: Incoming) -> Reply:
    """Ask the browser to load the same address again, now from a page of ours."""
    html = templates().get_template("reload.html").render(locale=language(request))
    return Reply(200, [("Content-Type", "text/html; charset=utf-8")], html.encode())
