"""The audit trail for auditors: the history of an object, and how far checkpoints vouch for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from gateway.audits import queries
from gateway.audits.domain import kind_of, owners, page_of, wanted
from gateway.fanout import Fanout
from gateway.people.queries import names
from gateway.services import Service, named
from shared import audit
from shared.audit import Head
from shared.kernel import N_, Actor, Auditor, Staff, subject_id
from shared.web import page, requires, transaction
from shared.web.formats import known_zone
from shared.web.i18n import gettext
from shared.web.trail import chains_named, own_latest, shortened, told_all

Items = Sequence[Mapping[str, Any]]
NOBODY = UUID(int=0)
pages = Blueprint("audits", __name__, url_prefix="/admin/audit")


# What messages and inboxes record is read service by service: it would hide all else.
DEEDS = [each for each in Service if each is not Service.NOTIFICATIONS]
SHOWN = 50
SPOKEN = {"system": N_("Tandem itself"), "vendor": N_("A bidder")}


@dataclass(frozen=True)
class Entry:
    """One line of the trail, and the service that keeps it."""

    service: Service
    item: Mapping[str, Any]


@dataclass(frozen=True)
class History:
    """One chain, newest entry first, and the latest head that a checkpoint recorded of it."""

    chain: str
    service: Service
    items: Items
    head: Head | None

    @property
    def called(self) -> str:
        name: str = self.items[0].get("object", "")
        return name

    @property
    def is_vouched_for(self) -> bool:
        """The entry at the checkpoint's place has the hash that was signed."""
        return any(
            item["number"] == self.head.length and item["hash"] == self.head.hash
            for item in self.items
            if self.head
        )


@pages.get("")
@requires((Staff, Auditor), "auditor", "operator", "admin")
def show(reader: Actor) -> ResponseReturnValue:
    text = request.args.get("object", "").strip()
    asked = filters()
    histories, recent, silent = trail(reader, text, asked)
    with transaction() as session:
        states = queries.states(session)
        people = names(session, actors_of(histories, recent, asked["who"]))
    return page(
        "audits/show.html",
        text=text,
        asked=asked,
        histories=histories,
        recent=recent,
        silent=sorted(silent),
        services=list(Service),
        states=[(service, states.get(service.value)) for service in Service],
        who=lambda subject: people.get(person_of(subject) or NOBODY) or spoken(subject),
        person_of=person_of,
        kind_of=kind_of,
        page_of=page_of,
        knows_people="admin" in reader.roles,
    )


def trail(
    reader: Actor, text: str, asked: Mapping[str, str]
) -> tuple[list[History], list[Entry], list[Service]]:
    """Histories of an object or the latest entries, and who was silent. Nothing for outsiders."""
    with transaction() as session:
        if not queries.may_read(session, reader):
            return [], [], []
    if text:
        histories, silent = find(reader, text)
        return histories, [], silent
    recent, quiet = latest(reader, asked)
    return [], recent, quiet


def filters() -> dict[str, str]:
    """What the list of the latest entries is narrowed to; a day is one of the reader's zone."""
    return {name: request.args.get(name, "").strip() for name in ("service", "who", "on", "before")}


def latest(reader: Actor, asked: Mapping[str, str]) -> tuple[list[Entry], list[Service]]:
    """The latest entries of one service, or of all that tell of deeds; and who was silent."""
    wanted = {name: asked[name] for name in ("who",) if asked[name]} | period(reader, asked)
    chosen = [each for each in Service if each == asked["service"]] or DEEDS
    far: list[Service] = [each for each in chosen if each is not Service.GATEWAY]
    fanout: Fanout = current_app.extensions["fanout"]
    question = f"/internal/audit/latest?{urlencode(wanted)}"
    said = fanout.ask(reader, [(each.value, question) for each in far])
    heard = list(zip(far, map(as_items, said), strict=True))
    if Service.GATEWAY in chosen:
        with transaction() as session:
            heard.append((Service.GATEWAY, as_items({"items": own_latest(session, wanted)})))
    found = [Entry(service, item) for service, items in heard for item in items]
    silent = [each for each, answer in zip(far, said, strict=True) if answer is None]
    return sorted(found, key=lambda each: each.item["at"], reverse=True)[:SHOWN], silent


def period(reader: Actor, asked: Mapping[str, str]) -> dict[str, str]:
    """`since` and `before` of a day, and `before` of the page before."""
    later = {"before": asked["before"]} if asked["before"] else {}
    try:
        day = datetime.fromisoformat(asked["on"]).replace(tzinfo=ZoneInfo(known_zone(reader.zone)))
    except ValueError:
        return later
    return {"since": day.isoformat(), "before": (day + timedelta(days=1)).isoformat()} | later


def spoken(subject: str) -> str:
    """Who is no person: the system itself, a service, or somebody whose name is still sealed."""
    service = named(subject.removeprefix("/tandem/"))
    if service:
        return gettext(service.label)
    return gettext(SPOKEN[subject]) if subject in SPOKEN else shortened(subject)


def find(reader: Actor, text: str) -> tuple[list[History], list[Service]]:
    """The chains that the words could mean, as their owners tell them; and who was silent."""
    known: tuple[Sequence[str], set[Service]] = wanted(text).chains, set()
    meant, silent = known if known[0] else called(reader, text)
    asked = [(owner, chain) for chain in meant for owner in owners(chain)]
    own = [each for each in asked if each[0] == Service.GATEWAY]
    far = [each for each in asked if each[0] != Service.GATEWAY]
    fanout: Fanout = current_app.extensions["fanout"]
    said = fanout.ask(reader, [(owner.value, path(chain)) for owner, chain in far])
    heard = [(owner, chain, as_items(each)) for (owner, chain), each in zip(far, said, strict=True)]
    heard += [(owner, chain, own_items(chain)) for owner, chain in own]
    silent |= {owner for (owner, _), each in zip(far, said, strict=True) if each is None}
    return [history(*each) for each in heard if each[2]], sorted(silent)


def called(reader: Actor, text: str) -> tuple[Sequence[str], set[Service]]:
    """Chains of objects with this number, title, name or address; and who was silent."""
    fanout: Fanout = current_app.extensions["fanout"]
    question = f"/internal/audit/named?{urlencode({'text': text})}"
    others = [each for each in Service if each is not Service.GATEWAY]
    said = fanout.ask(reader, [(each.value, question) for each in others])
    with transaction() as session:
        own = chains_named(session, text)
    heard = [chain for each in said if each for chain in each["chains"]]
    return own + heard, {other for other, each in zip(others, said, strict=True) if each is None}


def path(chain: str) -> str:
    return f"/internal/audit?{urlencode({'chain': chain})}"


def as_items(said: Mapping[str, Any] | None) -> Items:
    found = (said or {}).get("items", [])
    return [item | {"at": datetime.fromisoformat(item["at"])} for item in found]


def own_items(chain: str) -> Items:
    with transaction() as session:
        return as_items({"items": told_all(session, audit.history(session, chain))})


def history(service: Service, chain: str, entries: Items) -> History:
    with transaction() as session:
        heads = queries.heads_of_chain(session, service.value, chain)
    return History(chain, service, entries, heads[0] if heads else None)


def actors_of(histories: Sequence[History], recent: Sequence[Entry], who: str) -> list[UUID]:
    items = [item for each in histories for item in each.items] + [each.item for each in recent]
    found = (person_of(subject) for subject in (who, *(item["actor"] for item in items)))
    return [number for number in found if number]


def person_of(subject: str) -> UUID | None:
    try:
        return subject_id(subject, "usr")
    except ValueError:
        return None
