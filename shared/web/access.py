"""Who may call a view, and proof that a page of ours sent them."""

import hmac
from collections.abc import Callable
from functools import wraps
from types import UnionType
from typing import Any, Concatenate, ParamSpec, TypeVar, cast, overload

from flask import abort, g, request
from werkzeug import exceptions as http

from shared.kernel import Actor
from shared.web.i18n import gettext

A = TypeVar("A", bound=Actor)
B = TypeVar("B", bound=Actor)
P = ParamSpec("P")
T = TypeVar("T")
SAFE = ("GET", "HEAD", "OPTIONS")


@overload
def requires(
    kind: type[A], *roles: str
) -> Callable[[Callable[Concatenate[A, P], T]], Callable[P, T]]: ...
@overload
def requires(
    kind: tuple[type[A], type[B]], *roles: str
) -> Callable[[Callable[Concatenate[A | B, P], T]], Callable[P, T]]: ...
@overload
def requires(
    kind: tuple[type[A], ...], *roles: str
) -> Callable[[Callable[Concatenate[A, P], T]], Callable[P, T]]: ...
@overload
def requires(
    kind: UnionType, *roles: str
) -> Callable[[Callable[Concatenate[Any, P], T]], Callable[P, T]]: ...
def requires(kind: Any, *roles: str) -> Any:
    """Let only `kind` of actor in, with one of `roles` if any is named, as first argument.

    Stands directly under the route, so that strangers hear 401 before anything is parsed.
    """

    def decorate(view: Callable[..., T]) -> Callable[..., T]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> T:
            actor = admitted(kind, roles)
            check_csrf(actor)
            return view(actor, *args, **kwargs)

        guarded.required_actor = kind  # type: ignore[attr-defined]  # read by a test of all routes
        guarded.required_roles = roles  # type: ignore[attr-defined]  # likewise
        return guarded

    return decorate


def open_to_all(view: Callable[P, T]) -> Callable[P, T]:
    """Says that a view asks nobody who they are, on purpose."""
    view.required_actor = None  # type: ignore[attr-defined]  # read by a test of all routes
    return view


def admitted(kind: Any, roles: tuple[str, ...]) -> Actor:
    actor: Any = g.actor
    if actor is None:
        abort(401)
    if not isinstance(actor, kind) or (roles and actor.roles.isdisjoint(roles)):
        abort(403)
    return cast(Actor, actor)


class OtherSession(http.Forbidden):
    """The form was not made for the session that sends it."""


def check_csrf(actor: Actor) -> None:
    """Pages are reached with a cookie, so what changes something must prove it came from us.

    Reading `request.form` of a multipart form reads the fields before the file and no further.
    """
    if request.method in SAFE or request.path.startswith(("/api/", "/internal/")):
        return  # the gateway takes no cookie for /api/ and routes nobody to /internal/
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not actor.csrf or not hmac.compare_digest(sent.encode(), actor.csrf.encode()):
        raise OtherSession(
            gettext("This page is out of date. Load it again and repeat what you did.")
        )
