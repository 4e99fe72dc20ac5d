"""Secrets that are in an answer once, and in no table: not even among idempotent answers."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, g, make_response

F = TypeVar("F", bound=Callable[..., Any])


def show_once(**secrets: str) -> None:
    """Let the answer at hand carry these. A repeat with the same Idempotency-Key does not."""
    g.shown_once = secrets


def adds_secrets(view: F) -> F:
    """Stands between `@requires` and `@idempotent`, which keeps the answer without them."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Response:
        answer = make_response(view(*args, **kwargs))
        secrets = g.pop("shown_once", None)
        if secrets and answer.status_code < 400:
            answer.set_data(json.dumps({**(answer.get_json() or {}), **secrets}))
        return answer

    return shown  # type: ignore[return-value]  # the same arguments, a Response for any answer
