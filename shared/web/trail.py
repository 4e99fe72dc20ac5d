"""The audit trail in words: each deployable says what its own actions are called."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import audit
from shared.audit import AuditEntry
from shared.directory import is_of_buyer
from shared.kernel import N_, Actor, Auditor, Labelled, Staff
from shared.web.access import requires
from shared.web.i18n import gettext, shown
from shared.web.timeline import said
from shared.web.transactions import transaction

READERS = ("auditor", "operator", "admin")
COMMON: Mapping[str, str] = {  # what every service records
    "dead_letter_discarded": N_("Event that could not be handled discarded"),
    "dead_letter_replayed": N_("Event that could not be handled tried again"),
    "event_discarded": N_("Event that could not be sent discarded"),
    "event_released": N_("Event that could not be sent tried again"),
    "events_replayed": N_("Events of a span of time sent again"),
    "job_removed": N_("Failed job removed"),
    "job_retried": N_("Failed job tried again"),
}
COMMON_FACTS: Mapping[str, str] = {
    "attempts": N_("Attempts"),
    "because": N_("Why it was stuck"),
    "count": N_("Number"),
    "name": N_("Name"),
    "since": N_("From"),
    "subject": N_("Object"),
    "type": N_("Kind of event"),
    "until": N_("Until"),
}
IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
MOST_NAMED = 5
NOTHING: tuple[Any, ...] = (None, "", [], {})
chains = Blueprint("trail", __name__, url_prefix="/internal")

Choices = type[Labelled] | Mapping[str, str]


@dataclass(frozen=True)
class TrailWords:
    """`actions`: sentences as `timeline` takes them. `facts`: what a detail is called.

    `choices`: the words of a detail that is recorded as a key.
    `objects`: by the first word of a chain the column of the id, that of the name which people
    know the object by, and further words that find it.
    `unlisted` actions stand in their own chain only: a list of all would tell too much.
    """

    actions: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Choices] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    objects: Mapping[str, Sequence[sa.ColumnElement[Any]]] = field(default_factory=dict)


def init_trail(app: Flask, words: TrailWords) -> None:
    """Tell the trail to the gateway's page Audit. The gateway reads its own by itself."""
    app.extensions["trail"] = words
    app.register_blueprint(chains)


@chains.get("/audit")
@requires((Staff, Auditor), *READERS)
def one_chain(reader: Actor) -> ResponseReturnValue:
    """The latest entries of one chain, newest first: `?chain=rfp:<uuid>`."""
    chain = request.args.get("chain", "")
    with transaction() as session:
        refuse_outsiders(session, reader)
        return {"chain": chain, "items": told_all(session, audit.history(session, chain))}


@chains.get("/audit/latest")
@requires((Staff, Auditor), *READERS)
def latest(reader: Actor) -> ResponseReturnValue:
    """The latest entries of all chains: `?who=usr_…&since=…&before=…`, newest first."""
    with transaction() as session:
        refuse_outsiders(session, reader)
        return {"items": own_latest(session, request.args)}


def refuse_outsiders(session: Session, reader: Actor) -> None:
    """Chains do not say which contract they belong to: no auditor from outside reads any."""
    if isinstance(reader, Auditor) and not session.scalar(select(is_of_buyer(reader))):
        abort(403)


def own_latest(session: Session, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    entries = audit.latest(
        session,
        actor=asked.get("who", ""),
        since=instant(asked.get("since", "")),
        before=instant(asked.get("before", "")),
        without=words().unlisted,
    )
    return told_all(session, entries)


@chains.get("/audit/named")
@requires((Staff, Auditor), *READERS)
def find(reader: Actor) -> ResponseReturnValue:
    """Chains of objects that people call so: `?text=RFP-2026-001`."""
    with transaction() as session:
        refuse_outsiders(session, reader)
        return {"chains": chains_named(session, request.args.get("text", ""))}


def chains_named(session: Session, text: str) -> list[str]:
    """The newest objects of each kind whose name, or another word of theirs, is the text."""
    found = []
    for kind, (key, *names) in words().objects.items():
        called_so = sa.or_(*(sa.func.lower(name) == text.lower() for name in names))
        newest = select(key).where(called_so).order_by(key.desc()).limit(MOST_NAMED)
        found += [f"{kind}:{each}" for each in session.scalars(newest)]
    return found


def names_of(session: Session, chains: Collection[str]) -> Mapping[str, str]:
    """What people call the objects of chains, as far as this deployable knows."""
    found: dict[str, str] = {}
    for kind, (key, name, *_) in words().objects.items():
        ids = [each.removeprefix(f"{kind}:") for each in chains if each.startswith(f"{kind}:")]
        if ids:
            rows = session.execute(select(key, name).where(key.in_(map(UUID, ids))))
            found |= {f"{kind}:{number}": called for number, called in rows}
    return found


def told_all(session: Session, entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """Entries in words, each with the name of its object."""
    names = names_of(session, {each.chain for each in entries})
    return [told(each) | {"object": names.get(each.chain, "")} for each in entries]


def instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def words() -> TrailWords:
    found: TrailWords = current_app.extensions.get("trail", TrailWords())
    return found


def told(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it is, with `what` and `facts` (label, value, value in full) in words."""
    detail = dict(entry.detail)
    return vars(entry) | {
        "at": entry.at.isoformat(),
        "detail": detail,
        "what": what(entry.action, detail),
        "facts": list(facts(entry.action, detail)),
    }


def sentence_for(action: str) -> str:
    return words().actions.get(action) or COMMON.get(action, "")


def what(action: str, detail: Mapping[str, Any]) -> str:
    sentence = sentence_for(action)
    try:
        meanings = {name: meant(name, value) for name, value in detail.items()}
        return said(sentence, meanings) if sentence else plain(action)
    except KeyError:  # of an older version, which told less
        return plain(action)


def facts(action: str, detail: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What the sentence does not say already."""
    sentence = sentence_for(action)
    for name, value in detail.items():
        if value not in NOTHING and f"%({name})s" not in sentence:
            full = written(meant(name, value))
            yield named(name), shortened(full), full


def meant(name: str, value: Any) -> Any:
    """The word for what is recorded as a key: “Auditor” for `auditor`."""
    if isinstance(value, list):
        return [meant(name, each) for each in value]
    choices = words().choices.get(name)
    if isinstance(choices, Mapping):
        return gettext(choices[value]) if value in choices else value
    return choices(value) if choices and value in list(choices) else value


def plain(name: str) -> str:
    """For what nobody has named: “credit_id” as “Credit id”."""
    return name.replace("_", " ").capitalize()


def written(value: Any) -> str:
    """A detail for people: money, lists and what has parts, in one line."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Mapping) and value.keys() != {"amount", "currency"}:
        parts = (
            f"{named(key)}{gettext(': ')}{written(meant(key, each))}"
            for key, each in value.items()
            if each not in NOTHING
        )
        return gettext("; ").join(parts)
    if isinstance(value, list):
        return gettext(", ").join(written(each) for each in value)
    return str(shown(instant(value) or value if isinstance(value, str) else value))


def named(key: str) -> str:
    label = words().facts.get(key) or COMMON_FACTS.get(key)
    return gettext(label) if label else key if IDENTIFIER.fullmatch(key) else plain(key)


def shortened(text: str) -> str:
    """Hashes by their beginning, ids by their end, since all of one minute begin alike.

    The page has them in full beside.
    """
    return IDENTIFIER.sub(
        lambda found: f"…{found[0][-8:]}" if found[1] else f"{found[0][:8]}…", text
    )
