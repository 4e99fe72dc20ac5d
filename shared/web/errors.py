"""One place that turns exceptions into answers: JSON under /api, HTML everywhere else."""

import errno
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask, make_response, render_template, request
from flask_smorest import Api
from marshmallow import ValidationError
from werkzeug import Response
from werkzeug import exceptions as http

from shared.files import FileTooLarge
from shared.kernel import DomainError, Forbidden, NotFound
from shared.logging import get_logger
from shared.telemetry import cause
from shared.web.access import OtherSession
from shared.web.error_words import ERROR_WORDS, ErrorWords
from shared.web.htmx import page_shown, wants_fragment
from shared.web.i18n import gettext, shown

log = get_logger()
STATUS: dict[type[DomainError], type[http.HTTPException]] = {
    Forbidden: http.Forbidden,
    FileTooLarge: http.RequestEntityTooLarge,
}

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DISK_FULL = "53100"  # what PostgreSQL calls it


class InsufficientStorage(http.HTTPException):
    code = 507
    description = ""


def init_errors(app: Flask, api: Api | None = None) -> None:
    """Call after `Api(app)`, which would otherwise answer every error in JSON."""
    app.register_error_handler(http.HTTPException, http_error)
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(NotFound, lambda error: http_error(http.NotFound()))
    app.register_error_handler(ValidationError, invalid_input)
    app.register_error_handler(Exception, unexpected)


def domain_error(error: DomainError) -> Response:
    """A rule said no. Its words are translated here, with its parameters."""
    kind = next((kind for cls, kind in STATUS.items() if isinstance(error, cls)), http.Conflict)
    refusal = with_errors(kind(sentence(error)), {"code": error.code})
    refusal.final = error.final  # type: ignore[attr-defined]  # read where the note is written
    return http_error(refusal)


def sentence(error: DomainError) -> str:
    """What a rule says, in the reader's language."""
    return gettext(error.message) % {name: shown(value) for name, value in error.params.items()}


def invalid_input(error: ValidationError) -> Response:
    return http_error(with_errors(http.UnprocessableEntity(), error.messages))


def with_errors(error: http.HTTPException, errors: Any) -> http.HTTPException:
    error.data = {"errors": errors}  # type: ignore[attr-defined]  # where webargs puts them too
    return error


def unexpected(error: Exception) -> Response:
    """A fault of ours: all of it into the log, nothing of it to the reader."""
    log.exception("request failed", path=request.path, method=request.method)
    return http_error(kind_of(error)())


def kind_of(error: Exception) -> type[http.HTTPException]:
    """Whether the disk is full or the database away, people can do something about: wait."""
    if isinstance(error, sa.exc.OperationalError):
        full = getattr(error.orig, "sqlstate", None) == DISK_FULL
        return InsufficientStorage if full else http.ServiceUnavailable
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return InsufficientStorage
    return http.InternalServerError


def http_error(error: http.HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # whoever aborted made a whole answer
    words = words_for(error)
    if request.path.startswith(("/api/", "/internal/")):
        answer = json_error(error, words)
    else:
        answer = html_error(error, words)
    if error.code == 429 and (wait := getattr(error, "retry_after", None)):
        answer.headers["Retry-After"] = str(wait)
    return answer


def words_for(error: http.HTTPException) -> ErrorWords:
    """Our words for the status. Where it was raised with a sentence of ours, that explains it."""
    title, why = ERROR_WORDS.get(error.code or 500, ERROR_WORDS[500])
    return ErrorWords(gettext(title), str(error.description) if explained(error) else gettext(why))


def explained(error: http.HTTPException) -> bool:
    return bool(error.description) and error.description != type(error).description


def json_error(error: http.HTTPException, words: ErrorWords) -> Response:
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    message = words.why if explained(error) else words.title
    payload: dict[str, Any] = {"code": error.code, "status": error.name, "message": message}
    if errors := data.get("errors") or data.get("messages"):
        payload["errors"] = errors
    if (error.code or 500) >= 500:
        payload["reference"] = cause.get().correlationid
    return make_response(payload, error.code or 500, data.get("headers") or {})


def html_error(error: http.HTTPException, words: ErrorWords) -> Response:
    """A page or, for htmx, a note above the content. A lost session leads to the login.

    Whoever sends a form of an earlier session learns what the form needs now: only scripts of our
    own origin can ask by htmx and read the answer, and they read it on every page.
    """
    status = error.code or 500
    if not wants_fragment():
        shown_words = {"status": status, "words": words, "reference": cause.get().correlationid}
        return make_response(render_template("error.html", **shown_words), status)
    if status == 401 and request.method == "GET":  # a redirect would nest the login page
        return make_response("", status, {"HX-Redirect": "/login"})
    final, renew = getattr(error, "final", False), isinstance(error, OtherSession)
    told = {"words": words, "final": final, "renew": renew, "page_shown": page_shown()}
    answer = make_response(render_template("_error.html", **told), status)
    answer.headers["HX-Retarget"] = "#messages"
    answer.headers["HX-Reswap"] = "innerHTML show:top"
    return answer
