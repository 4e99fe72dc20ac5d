"""The audit trail for auditors: the history of an object, and how far checkpoints vouch for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from gateway.audits import queries
from gateway.audits.domain import owners, wanted
from gateway.fanout import Fanout
from gateway.people.queries import names
from gateway.services import Service
from shared import audit
from shared.audit import Head
from shared.kernel import Actor, Auditor, Staff, subject_id
from shared.web import page, requires, transaction

Items = Sequence[Mapping[str, Any]]
NOBODY = UUID(int=0)
pages = Blueprint("audits", __name__, url_prefix="/admin/audit")


@dataclass(frozen=True)
class History:
    """One chain, newest entry first, and the latest head that a checkpoint recorded of it."""

    chain: str
    service: Service
    items: Items
    head: Head | None

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
    histories, silent = find(reader, text) if text else ([], [])
    with transaction() as session:
        states = queries.states(session)
        people = names(session, actors_of(histories))
    return page(
        "audits/show.html",
        text=text,
        histories=histories,
        silent=silent,
        states=[(service, states.get(service.value)) for service in Service],
        who=lambda subject: people.get(person_of(subject) or NOBODY, subject),
    )


def find(reader: Actor, text: str) -> tuple[list[History], list[Service]]:
    """The chains that the words could mean, as their owners tell them; and who was silent."""
    asked = [(owner, chain) for chain in wanted(text).chains for owner in owners(chain)]
    own = [each for each in asked if each[0] == Service.GATEWAY]
    far = [each for each in asked if each[0] != Service.GATEWAY]
    fanout: Fanout = current_app.extensions["fanout"]
    said = fanout.ask(reader, [(owner.value, path(chain)) for owner, chain in far])
    told = [(owner, chain, as_items(each)) for (owner, chain), each in zip(far, said, strict=True)]
    told += [(owner, chain, own_items(chain)) for owner, chain in own]
    silent = {owner for (owner, _), each in zip(far, said, strict=True) if each is None}
    return [history(*each) for each in told if each[2]], sorted(silent)


def path(chain: str) -> str:
    return f"/internal/audit?{urlencode({'chain': chain})}"


def as_items(said: Mapping[str, Any] | None) -> Items:
    found = (said or {}).get("items", [])
    return [item | {"at": datetime.fromisoformat(item["at"])} for item in found]


def own_items(chain: str) -> Items:
    with transaction() as session:
        return [vars(entry) for entry in audit.history(session, chain)]


def history(service: Service, chain: str, entries: Items) -> History:
    with transaction() as session:
        heads = queries.heads_of_chain(session, service.value, chain)
    return History(chain, service, entries, heads[0] if heads else None)


def actors_of(histories: Sequence[History]) -> list[UUID]:
    found = (person_of(item["actor"]) for each in histories for item in each.items)
    return [number for number in found if number]


def person_of(subject: str) -> UUID | None:
    try:
        return subject_id(subject, "usr")
    except ValueError:
        return None
