"""Who a request comes from, and whether its route admits them."""

from collections.abc import Awaitable
from dataclasses import replace
from urllib.parse import urlencode

from gateway import answers
from gateway.admission import Admission
from gateway.answers import Refused
from gateway.incoming import LANGUAGE_COOKIE, SESSION_COOKIE, Incoming, own_path
from gateway.replies import Reply, redirect
from gateway.routes import Route, Way
from gateway.tokens import Identity
from gateway.words import LOCALES

Found = Awaitable[Identity | None]


class Entrance:
    def __init__(self, admission: Admission[Found], origin: str) -> None:
        self.admission, self.origin = admission, origin

    async def identify(self, request: Incoming, route: Route | None) -> Identity | None:
        """A page asks for the cookie only, the API for the bearer token only."""
        way = route.way if route else Way.PAGE
        if way is Way.API:
            return await self.admission.by_bearer(request.bearer) if request.bearer else None
        cookie = request.cookie(SESSION_COOKIE) if way is Way.PAGE else ""
        if not cookie:
            return None
        found = await self.admission.by_cookie(cookie, background=request.is_background)
        return found and in_chosen_language(request, found)

    def admit(self, request: Incoming, route: Route, identity: Identity | None) -> Reply | None:
        """Nothing to say means that the request may pass."""
        if route.way is Way.OPEN or (route.signed_out and identity is None):
            return None
        if identity is None:
            return self.sign_in_first(request, route)
        if identity.kind not in route.admits:
            raise Refused("not_for_you")
        return None

    def sign_in_first(self, request: Incoming, route: Route) -> Reply:
        if route.way is Way.API:
            raise Refused("sign_in_first", [("WWW-Authenticate", self.challenge(request))])
        if request.is_htmx and request.is_background:  # whoever types in the page loses nothing
            return Reply(401, [])
        if request.is_htmx and not request.is_safe:  # the page stays, with what was typed
            return answers.signed_out(request)
        if request.is_htmx:  # a redirect would nest the login page in the target
            here = own_path(request.header("hx-current-url"), self.origin)
            return Reply(401, [("HX-Redirect", login_address(here, why_signed_out(request)))])
        if came_by_link(request):
            return answers.reload(request)
        here = (
            request.target if request.is_safe else own_path(request.header("referer"), self.origin)
        )
        return redirect(login_address(here, why_signed_out(request)))

    def challenge(self, request: Incoming) -> str:
        sent = ', error="invalid_token"' if request.bearer else ""
        return f'Bearer realm="{self.origin}"{sent}'


def in_chosen_language(request: Incoming, identity: Identity) -> Identity:
    """The switch on the page speaks for this browser, the account for mails and other browsers."""
    chosen = request.cookie(LANGUAGE_COOKIE)
    other = chosen in LOCALES and chosen != identity.locale
    return replace(identity, locale=chosen) if other else identity


def came_by_link(request: Incoming) -> bool:
    """A link on a foreign page or in a web mail: the browser left our strict cookie at home."""
    cross = request.header("sec-fetch-site") == "cross-site"
    return cross and request.header("sec-fetch-mode") == "navigate" and request.method == "GET"


def why_signed_out(request: Incoming) -> str:
    """What the login page explains: a form that was not taken, or a session that is over."""
    if not request.is_safe:
        return "unsent"
    return "ended" if request.cookie(SESSION_COOKIE) else ""


def login_address(then: str, why: str = "") -> str:
    asked = {"next": then if then not in ("", "/", "/work") else "", "why": why}
    query = urlencode({name: value for name, value in asked.items() if value}, safe="")
    return f"/login?{query}" if query else "/login"
