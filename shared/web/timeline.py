"""What happened to a thing, from its audit chain, in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from shared import audit
from shared.directory import person_name
from shared.kernel import subject_id
from shared.web.i18n import gettext, shown


@dataclass(frozen=True)
class Line:
    what: str
    at: datetime
    who: str = ""


Detail = Mapping[str, Any]


def timeline(
    session: Session,
    chain: str,
    words: Mapping[str, str],
    *,
    names: bool = True,
    limit: int = 50,
    spell: Callable[[Detail], Detail] = dict,
) -> list[Line]:
    """The entries whose action has a sentence in `words`, newest first.

    A sentence may use %(named)s values of the entry's detail, after `spell` wrote them for people.
    Vendors read it without names.
    """
    return list(lines(session, audit.history(session, chain, limit=limit), words, names, spell))


def lines(
    session: Session,
    entries: Iterable[audit.AuditEntry],
    words: Mapping[str, str],
    names: bool,
    spell: Callable[[Detail], Detail],
) -> Iterable[Line]:
    known: dict[str, str] = {}
    for entry in entries:
        if entry.action in words:
            if names and entry.actor not in known:
                known[entry.actor] = person_name(session, subject_id(entry.actor, "usr"))
            what = said(words[entry.action], spell(entry.detail))
            yield Line(what, entry.at, known.get(entry.actor, ""))


def said(sentence: str, detail: Detail) -> str:
    return gettext(sentence) % {name: shown(value) for name, value in detail.items()}
