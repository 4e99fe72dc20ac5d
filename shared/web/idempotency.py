"""The same key and body give the same answer, even later; another body is refused.

Kept is a keyed fingerprint of the body, never the body: whoever reads the table cannot try out
what a sealed bid might say. A file is hashed while it is received, before any transaction begins.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Protocol, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask import abort, current_app, g, make_response, request
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from webargs.core import missing
from werkzeug import Response

from shared.idempotency import idempotency_keys
from shared.web.forms import NOT_DATA
from shared.web.i18n import gettext
from shared.web.keyfile import secret_key
from shared.web.reading import said_json
from shared.web.transactions import transaction

F = TypeVar("F", bound=Callable[..., Any])

OWN = sa.and_(
    *(
        idempotency_keys.c[name] == sa.bindparam(f"own_{name}")
        for name in ("subject", "endpoint", "key")
    )
)
TAKE = insert(idempotency_keys).on_conflict_do_nothing().returning(idempotency_keys.c.key)
FIND = sa.select(idempotency_keys).where(OWN)
KEEP = sa.update(idempotency_keys).where(OWN)


@dataclass
class Refused(Exception):  # carries an answer, not an error
    """An answer that must leave nothing behind, so that the key can be used again."""

    answer: Response


def idempotent(view: F) -> F:
    """Stands under `@requires`. The view and its key share one transaction.

    A second request with the key waits for the first one. What a view refuses (4xx) or breaks
    (5xx) does not use its key up.
    """

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Response:
        return answered_once(said_body(), partial(view, *args, **kwargs))

    documented(once)
    return once  # type: ignore[return-value]  # the same arguments, a Response for any answer


def documented(view: Any) -> None:
    """The OpenAPI document says that the operation takes a key (`shared.web.api`)."""
    view._apidoc = {**getattr(view, "_apidoc", {}), "idempotent": True}


class Received(Protocol):
    """A file that has arrived, and the SHA-256 of its bytes."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...


Receive = Callable[..., AbstractContextManager[Received]]


def idempotent_upload(receive: Receive) -> Callable[[F], F]:
    """The same for a view whose body is a file or a form with one.

    `receive`, called like the view, reads the file while no transaction is open, because that may
    take minutes. The view gets it as `file`. Another file under the same key is another body.
    """

    def decorate(view: F) -> F:
        @wraps(view)
        def once(*args: Any, **kwargs: Any) -> Response:
            sent_key()  # without one not a byte is read
            with receive(*args, **kwargs) as file:
                fields = "" if is_api() else said_fields()
                said = json.dumps([fields, file.name, file.sha256])
                return answered_once(said, partial(view, *args, file=file, **kwargs))

        documented(once)
        return once  # type: ignore[return-value]  # as above, but for the file

    return decorate


def used_before() -> bool:
    """Whether this may be a repeat, whose file has to be read even if it is wanted no more."""
    with transaction() as session:
        return session.execute(FIND, matching(names())).one_or_none() is not None


def answered_once(said: str, answer_it: Callable[[], Any]) -> Response:
    own, printed = names(), fingerprint(said)
    try:
        with transaction() as session:
            if not take(session, own, printed):
                return earlier_answer(session, own, printed)
            answer = make_response(answer_it())
            remember(session, own, answer)
            return answer
    except Refused as refused:
        return refused.answer


def standing(refusal: Response) -> Response:
    """A refusal that stands: what the view wrote is kept, and a repeat gets the same answer."""
    g.standing = refusal
    return refusal


def names() -> dict[str, Any]:
    """Whose key, for what, and which."""
    return {"subject": g.actor.subject, "endpoint": str(request.endpoint), "key": sent_key()}


def is_api() -> bool:
    return request.path.startswith("/api/")


def matching(own: dict[str, Any]) -> dict[str, Any]:
    return {f"own_{name}": value for name, value in own.items()}


def sent_key() -> UUID:
    text = request.headers.get("Idempotency-Key") or (
        "" if is_api() else request.form.get("idempotency_key", "")
    )
    try:
        return UUID(text.strip().strip('"'))
    except ValueError:
        abort(422, gettext("Send a header Idempotency-Key with a UUID of your own making."))


def take(session: Session, own: dict[str, Any], printed: str) -> bool:
    """Write the key down. Waits while another request with the same key is under way."""
    first = session.execute(TAKE, {**own, "fingerprint": printed})
    return first.one_or_none() is not None


def earlier_answer(session: Session, own: dict[str, Any], printed: str) -> Response:
    row = session.execute(FIND, matching(own)).one()
    if not hmac.compare_digest(row.fingerprint, printed):
        abort(422, key_reused())
    answer = make_response("" if row.body is None else row.body, row.status)
    if row.location:
        answer.headers["Location"] = row.location
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def key_reused() -> str:
    if is_api():
        return gettext("This Idempotency-Key was used for something else. Make a new one.")
    return gettext(
        "This form was sent before, with something else in it. That was taken; this was not. "
        "Load the page again to see what is there now."
    )


def remember(session: Session, own: dict[str, Any], answer: Response) -> None:
    if answer.status_code >= 400 and answer is not g.get("standing"):
        session.rollback()
        raise Refused(answer)
    body = answer.get_json(silent=True) if answer.is_json else None
    said = {"status": answer.status_code, "location": answer.headers.get("Location"), "body": body}
    session.execute(KEEP, matching(own) | said)


def fingerprint(said: str) -> str:
    """HMAC-SHA-256 over method, path, parameters and what was said."""
    whole = "\n".join((request.method, request.path, request.query_string.decode(), said))
    return hmac.new(secret(), whole.encode(), hashlib.sha256).hexdigest()


def said_body() -> str:
    """JSON in one spelling; a form without its hidden fields; anything else byte by byte."""
    if request.is_json:
        return canonical()
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return said_fields()
    return hashlib.sha256(request.get_data()).hexdigest()


def said_fields() -> str:
    """What a form says, but for hidden fields and its file."""
    fields = [(name, text) for name, text in request.form.items(multi=True)]
    return json.dumps(sorted(each for each in fields if each[0] not in NOT_DATA))


def canonical() -> str:
    """The same for the same JSON, however it is spelled."""
    said = said_json(request, number=str)
    return "" if said is missing else json.dumps(said, sort_keys=True)


def secret() -> bytes:
    service, settings = (current_app.extensions[name] for name in ("service", "settings"))
    return secret_key(settings.data / "keys" / f"{service}-fingerprints.key")
