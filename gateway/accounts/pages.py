"""Signing in and out, the language switch, and the account page."""

from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug import Response

from gateway.accounts import cookies, schemas, usecases
from gateway.accounts.domain import TryLater, WrongCredentials
from gateway.incoming import is_plain
from gateway.people import queries as people
from gateway.people import usecases as people_usecases
from gateway.people.domain import Language, WrongPassword
from gateway.sessions import queries as sessions
from gateway.sessions.usecases import end_session
from shared.kernel import Actor, DomainError, NotFound
from shared.web import invalid, now, open_to_all, page, requires, see_other, transaction
from shared.web.errors import sentence
from shared.web.forms import form_errors, form_values
from shared.web.htmx import wants_fragment

pages = Blueprint("accounts", __name__)


@pages.get("/login")
@open_to_all
def login() -> ResponseReturnValue:
    target = own_target(request.args.get("next", ""))
    if g.actor:
        return redirect(target or "/work", 303)
    return page("accounts/login.html", next=target, why=request.args.get("why", ""), values={})


@pages.post("/login")
@open_to_all
def sign_in() -> ResponseReturnValue:
    target = own_target(request.form.get("next", ""))
    try:
        form = schemas.SignIn().load(request.form)
        token = enter(**form)
    except ValidationError as error:
        return invalid("accounts/login.html", error, next=target)
    except TryLater as error:
        answer = login_failed(error, 429, target)
        answer.headers["Retry-After"] = str(error.params["seconds"])
        return answer
    except WrongCredentials as error:
        return login_failed(error, 422, target)
    return cookies.keep_signed_in(make_response(redirect(target or "/work", 303)), token)


def enter(email: str, password: str) -> str:
    address = client_address()
    with transaction() as session:
        usecases.count_attempt(session, email=email, address=address, now=now())
    with transaction() as session:
        return usecases.sign_in(
            session,
            email=email,
            password=password,
            address=address,
            browser=request.headers.get("User-Agent", ""),
            before=g.actor,
            now=now(),
        )


def login_failed(error: DomainError, status: int, target: str) -> Response:
    words = {"password": gettext(error.message) % error.params}
    values = {"email": form_values(request.form).get("email", "")}
    return page("accounts/login.html", status, errors=words, values=values, next=target)


def client_address() -> str:
    """As the edge saw it. Nobody else can reach this process."""
    return request.headers.get("X-Client-Address", "") or (request.remote_addr or "")


def own_target(target: str) -> str:
    """A path of ours to go on to; nothing for what could lead elsewhere."""
    return target if is_plain(target) else ""


@pages.post("/logout")
@requires(Actor)
def sign_out(actor: Actor) -> ResponseReturnValue:
    with transaction() as session:
        end_session(session, actor, session_id=UUID(actor.sid), now=now())
    return cookies.forget(make_response(redirect(url_for("accounts.login"), 303)))


@pages.get("/language")
@open_to_all
def switch_language() -> ResponseReturnValue:
    """A link that works without an account and changes nothing but this browser's cookie."""
    chosen = request.args.get("to", "")
    answer = make_response(redirect(own_target(request.args.get("next", "")) or "/", 303))
    return cookies.show_in(answer, chosen) if chosen in set(Language) else answer


@pages.get("/account/again")
@requires(Actor)
def again(actor: Actor) -> ResponseReturnValue:
    """For a page of an earlier session: who is signed in now, and what its forms need for that.

    It says no more than every page does, and no other origin can read it.
    """
    if not wants_fragment():
        return see_other(url_for("accounts.account"))
    return make_response(render_template("accounts/_again.html"))


@pages.get("/account")
@requires(Actor)
def account(actor: Actor) -> ResponseReturnValue:
    return page("accounts/account.html", **about(actor), values={})


def about(actor: Actor) -> dict[str, Any]:
    if actor.person_id is None:
        raise NotFound
    with transaction() as session:
        return {
            "person": people.own_account(session, actor.person_id),
            "sessions": sessions.own_sessions(session, actor, now()),
            "languages": list(Language),
        }


@pages.post("/account/language")
@requires(Actor)
def choose_language(actor: Actor) -> ResponseReturnValue:
    try:
        form = schemas.LanguageChoice().load(request.form)
    except ValidationError as error:
        return invalid("accounts/account.html", error, **about(actor))
    with transaction() as session:
        people_usecases.choose_language(session, actor, **form, now=now())
    target = own_target(request.form.get("next", "")) or url_for("accounts.account")
    return cookies.show_in(make_response(redirect(target, 303)), form["locale"])


@pages.post("/account/password")
@requires(Actor)
def change_password(actor: Actor) -> ResponseReturnValue:
    """Tries count as those of signing in do: a browser left open is no way to guess."""
    try:
        form = schemas.NewPassword().load(request.form)
        renew_password(actor, current=form["current"], new=form["new"])
    except ValidationError as error:
        return password_refused(actor, form_errors(error.messages_dict), 422)
    except TryLater as error:
        return password_refused(actor, {"current": sentence(error)}, 429)
    except DomainError as error:
        field = "current" if isinstance(error, WrongPassword) else "new"
        return password_refused(actor, {field: sentence(error)}, 422)
    return see_other(url_for("accounts.account", changed="password"))


def renew_password(actor: Actor, *, current: str, new: str) -> None:
    email, address = about(actor)["person"].email, client_address()
    with transaction() as session:
        usecases.count_attempt(session, email=email, address=address, now=now())
    with transaction() as session:
        people_usecases.require_password(session, actor, current)
        usecases.forgive(session, email=email, address=address)
    with transaction() as session:
        people_usecases.change_password(session, actor, current=current, new=new, now=now())


def password_refused(actor: Actor, errors: dict[str, str], status: int) -> ResponseReturnValue:
    """Passwords are not given back."""
    return page("accounts/account.html", status, **about(actor), errors=errors, values={})


@pages.post("/account/theme")
@requires(Actor)
def choose_theme(actor: Actor) -> ResponseReturnValue:
    form = schemas.ThemeChoice().load(request.form)
    with transaction() as session:
        people_usecases.choose_theme(session, actor, **form)
    return see_other(own_target(request.form.get("next", "")) or url_for("accounts.account"))


@pages.post("/account/sessions/<uuid:session_id>/end")
@requires(Actor)
def end_own_session(actor: Actor, session_id: UUID) -> ResponseReturnValue:
    if str(session_id) == actor.sid:
        return sign_out()
    with transaction() as session:
        end_session(session, actor, session_id=session_id, now=now())
    return see_other(url_for("accounts.account"))


@pages.post("/account/api-token")
@requires(Actor)
def api_token(actor: Actor) -> ResponseReturnValue:
    """A bearer token for `/api` that dies with this session. Scripts get JSON, people a page."""
    tokens = current_app.extensions["access_tokens"]
    token = tokens.issue(actor.subject, client_id="tandem-pages", sid=actor.sid)
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return page("accounts/token.html", token=token, minutes=tokens.life_s // 60)
    return {"access_token": token, "token_type": "Bearer", "expires_in": tokens.life_s}
