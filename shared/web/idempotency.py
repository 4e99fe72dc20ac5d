"""The same key and body give the same answer, even later; another body is refused.

Kept is a keyed fingerprint of the body, never the body: whoever reads the table cannot try out
what a sealed bid might say.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask import abort, current_app, g, make_response, request
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from werkzeug import Response

from shared.db import Instant, metadata
from shared.web.forms import NOT_DATA
from shared.web.i18n import gettext
from shared.web.keyfile import secret_key
from shared.web.transactions import transaction

F = TypeVar("F", bound=Callable[..., Any])

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("endpoint", sa.String, primary_key=True),
    sa.Column("key", sa.Uuid, primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("location", sa.String),
    sa.Column("body", JSONB),
    sa.Column("used_at", Instant, nullable=False, server_default=sa.func.clock_timestamp()),
)


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
        own = {
            "subject": g.actor.subject,
            "endpoint": str(request.endpoint),
            "key": sent_key(),
        }
        printed = fingerprint()
        try:
            with transaction() as session:
                if not take(session, own, printed):
                    return earlier_answer(session, own, printed)
                answer = make_response(view(*args, **kwargs))
                remember(session, own, answer)
                return answer
        except Refused as refused:
            return refused.answer

    return once  # type: ignore[return-value]  # the same arguments, a Response for any answer


def sent_key() -> UUID:
    is_api = request.path.startswith("/api/")
    text = request.headers.get("Idempotency-Key") or (
        "" if is_api else request.form.get("idempotency_key", "")
    )
    try:
        return UUID(text.strip().strip('"'))
    except ValueError:
        abort(422, gettext("Send a header Idempotency-Key with a UUID of your own making."))


def take(session: Session, own: dict[str, Any], printed: str) -> bool:
    """Write the key down. Waits while another request with the same key is under way."""
    row = insert(idempotency_keys).values(**own, fingerprint=printed)
    first = row.on_conflict_do_nothing().returning(idempotency_keys.c.key)
    return session.execute(first).one_or_none() is not None


def earlier_answer(session: Session, own: dict[str, Any], printed: str) -> Response:
    matches = (idempotency_keys.c[name] == value for name, value in own.items())
    row = session.execute(sa.select(idempotency_keys).where(*matches)).one()
    if not hmac.compare_digest(row.fingerprint, printed):
        abort(422, gettext("This Idempotency-Key was used for something else. Make a new one."))
    answer = make_response("" if row.body is None else row.body, row.status)
    if row.location:
        answer.headers["Location"] = row.location
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def remember(session: Session, own: dict[str, Any], answer: Response) -> None:
    if answer.status_code >= 400:
        session.rollback()
        raise Refused(answer)
    matches = (idempotency_keys.c[name] == value for name, value in own.items())
    kept = sa.update(idempotency_keys).where(*matches)
    body = answer.get_json(silent=True) if answer.is_json else None
    location = answer.headers.get("Location")
    session.execute(kept.values(status=answer.status_code, location=location, body=body))


def fingerprint() -> str:
    """HMAC-SHA-256 over method, path, parameters and body."""
    said = "\n".join((request.method, request.path, request.query_string.decode(), said_body()))
    return hmac.new(secret(), said.encode(), hashlib.sha256).hexdigest()


def said_body() -> str:
    """JSON in one spelling; a form without its hidden fields; a stream by what its headers say."""
    if request.is_json:
        return canonical(request.get_data())
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        fields = [(name, text) for name, text in request.form.items(multi=True)]
        return json.dumps(sorted(each for each in fields if each[0] not in NOT_DATA))
    named = ("Content-Type", "Content-Length", "Content-Digest", "X-Content-SHA256")
    return json.dumps([request.headers.get(name, "") for name in named])


def canonical(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body, parse_float=str), sort_keys=True)
    except ValueError:
        return base64.b64encode(body).decode()  # the view will say what is wrong with it


def secret() -> bytes:
    service, settings = (current_app.extensions[name] for name in ("service", "settings"))
    return secret_key(settings.data / "keys" / f"{service}-fingerprints.key")
