"""The words of notices, and where their links may lead."""

from collections.abc import Callable, Mapping
from datetime import date

from services.notifications.inbox.domain.templates import UNKNOWN, WORDS

__all__ = ["UNKNOWN", "WORDS", "OddPath", "require_own_path", "words"]


class OddPath(Exception):
    """A notice whose link would lead to another site."""


def words(
    template: str,
    params: Mapping[str, str],
    translate: Callable[[str], str],
    month: Callable[[date], str],
) -> tuple[str, str]:
    """Title and sentence in the reader's language; a newer template than ours says less.

    `month` names the calendar month of a day; raisers write it as 2026-10.
    """
    title, body = WORDS.get(template, UNKNOWN)
    told = dict(params)
    try:
        if "month" in told:
            told["month"] = month(date.fromisoformat(f"{told['month']}-01"))
        return translate(title), translate(body) % told
    except (KeyError, ValueError):
        return translate(title), translate(UNKNOWN.body)


def require_own_path(path: str) -> None:
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        raise OddPath(path)
