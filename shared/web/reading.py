"""How what is sent is read: in UTF-8, with one meaning, or not at all."""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from flask import Request, abort
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request

from shared.web.i18n import gettext

MOST_FIELDS = 10_000  # of one form
UTF_8 = ("utf-8", "utf8", "us-ascii", "ascii")
Pairs = list[tuple[str, str]]


class Twice(ValueError):
    """A name that stands twice in one object: which of them counts depends on who reads it."""


def said_json(request: Request, number: Callable[[str], Any]) -> Any:
    """What the body says, `missing` where there is none, or 400. `number` reads fractions."""
    require_utf_8(request.mimetype_params.get("charset", "utf-8"))
    body = request.get_data(cache=True)
    return read_json(body, number) if body else missing


def read_json(body: bytes, number: Callable[[str], Any]) -> Any:
    try:
        return json.loads(
            body.decode(),
            object_pairs_hook=each_once,
            parse_float=number,
            parse_constant=no_number,
        )
    except Twice as twice:
        abort(400, gettext("“%(name)s” stands twice in one object of this JSON.", name=twice))
    except (ValueError, RecursionError):
        abort(400, gettext("This is no JSON that we can read. Write it in UTF-8, and not so deep."))


def each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise Twice(next(ascii(name)[1:41] for name in names if names.count(name) > 1))
    return made


def finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text[:40])
    return number


def no_number(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(name)


def read_pairs(text: bytes) -> Pairs:
    """Names and values of a form or of an address, or 400."""
    try:
        return parse_qsl(
            text.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        abort(400, gettext("We could not read this text. Send it in UTF-8."))


def read_text(text: bytes) -> str:
    """A field of a form with a file, or 400."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        abort(400, gettext("We could not read this text. Send it in UTF-8."))


def require_utf_8(charset: str) -> None:
    if charset.lower() not in UTF_8:
        abort(415, gettext("We could not read this text. Send it in UTF-8."))


class Parser(FlaskParser):
    """Reads JSON for the views of the API."""

    def _raw_load_json(self, req: Request) -> Any:
        if not is_json_request(req):
            return missing
        return said_json(req, finite)
