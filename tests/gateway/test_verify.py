"""Checkpoints, and the verification that names the first fault of a trail."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from support.database import Sessions, events, make_database, rows

from gateway.audits.persistence import checkpoint_heads, checkpoints
from gateway.audits.usecases import keep_checkpoint
from gateway.audits.verification import Finding, findings
from gateway.handlers import HANDLERS
from shared import audit, db
from shared.audit import audit_checkpoints, audit_entries, audit_heads
from shared.messaging.checkpoints import public_path, sign, signing_key
from shared.messaging.envelope import Event
from shared.messaging.inbox import handle_once

SAMPLE = Path("tests/event_samples/tandem.audit.checkpoint_signed.v1.json")
CHECKPOINT = "tandem.audit.checkpoint_signed.v1"


@pytest.fixture(scope="module")
def service_engine(server: str) -> Iterator[Engine]:
    """The database of a service whose chains are checked."""
    made = make_database(server, "audited_service")
    yield made
    made.dispose()


@pytest.fixture
def service(service_engine: Engine) -> Iterator[Sessions]:
    yield sa.orm.sessionmaker(service_engine, expire_on_commit=False)
    with service_engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            connection.execute(table.delete())


def test_a_checkpoint_is_kept_once(sessions: Sessions) -> None:
    data = json.loads(SAMPLE.read_text())
    event = Event.of(
        CHECKPOINT, source="/tandem/rfp", subject=uuid4(), time=datetime.now(UTC), data=data
    )
    for _ in range(2):
        with sessions.begin() as session:
            handle_once(session, event, HANDLERS, consumer="gateway")
            HANDLERS[CHECKPOINT](session, event)
    assert len(rows(sessions, checkpoints)) == 1
    head = rows(sessions, checkpoint_heads)[0]
    assert (head.service, head.length) == ("rfp", 3)


class Trail:
    """A service that writes entries and signs, and the gateway that keeps what it signs."""

    def __init__(self, service: Sessions, gateway: Sessions, keys: Path) -> None:
        self.service, self.gateway, self.keys = service, gateway, keys

    def write(self, chain: str, count: int) -> None:
        with self.service.begin() as session:
            for n in range(count):
                audit.record(session, "usr_x", chain=chain, action="changed", detail={"n": n})

    def checkpoint(self) -> None:
        with self.service.begin() as session:
            sign(session, "rfp", self.keys)
        event = events(self.service, "checkpoint_signed")[-1]
        with self.gateway.begin() as session:
            keep_checkpoint(session, event_id=event.id, data=json.loads(event.payload))

    def verify(self) -> list[Finding]:
        with self.service() as service, self.gateway() as gateway:
            return list(findings("rfp", service, gateway, self.keys))

    def spoil(self, statement: Any) -> None:
        with self.service.begin() as session:
            session.execute(statement)


@pytest.fixture
def trail(service: Sessions, sessions: Sessions, tmp_path: Path) -> Trail:
    made = Trail(service, sessions, tmp_path)
    for chain in ("rfp:1", "rfp:2"):
        made.write(chain, 5)
    made.checkpoint()
    made.write("rfp:1", 2)
    return made


def entry(chain: str, number: int) -> Any:
    return (audit_entries.c.chain == chain) & (audit_entries.c.number == number)


def test_a_whole_trail_has_no_findings(trail: Trail) -> None:
    assert trail.verify() == []
    trail.checkpoint()
    assert trail.verify() == []


def test_a_changed_entry_is_named(trail: Trail) -> None:
    changed = sa.update(audit_entries).where(entry("rfp:1", 3)).values(detail={"n": 99})
    trail.spoil(changed)
    found = trail.verify()
    assert [(each.service, each.chain, each.number) for each in found] == [("rfp", "rfp:1", 3)]
    assert str(found[0]) == "rfp: rfp:1, entry 3: changed"


def test_a_gap_in_the_middle_is_named(trail: Trail) -> None:
    trail.spoil(sa.delete(audit_entries).where(entry("rfp:2", 2)))
    assert [(each.chain, each.number) for each in trail.verify()] == [("rfp:2", 2)]


def test_a_cut_end_is_named_even_where_the_head_was_set_back(trail: Trail) -> None:
    for number in (4, 5):
        trail.spoil(sa.delete(audit_entries).where(entry("rfp:2", number)))
    assert trail.verify()[0].chain == "rfp:2"
    with trail.service() as session:
        third = session.scalar(sa.select(audit_entries.c.hash).where(entry("rfp:2", 3)))
    set_back = sa.update(audit_heads).where(audit_heads.c.chain == "rfp:2")
    trail.spoil(set_back.values(length=3, hash=third))
    found = trail.verify()
    assert [(each.chain, each.number) for each in found] == [("rfp:2", 5)]
    assert "checkpoint" in found[0].what


def test_a_chain_rewritten_with_good_hashes_is_named(trail: Trail) -> None:
    for table in (audit_entries, audit_heads):
        trail.spoil(sa.delete(table).where(table.c.chain == "rfp:2"))
    with trail.service.begin() as session:
        for n in range(5):
            audit.record(session, "usr_x", chain="rfp:2", action="changed", detail={"n": n * 7})
    found = trail.verify()
    assert [(each.chain, each.number) for each in found] == [("rfp:2", 5)]
    assert "checkpoint" in found[0].what


def test_a_chain_that_vanished_is_missed(trail: Trail) -> None:
    for table in (audit_entries, audit_heads):
        trail.spoil(sa.delete(table).where(table.c.chain == "rfp:2"))
    found = trail.verify()
    assert [each.chain for each in found] == [audit.opaque("rfp:2")]


def test_a_forged_checkpoint_is_named(trail: Trail) -> None:
    data = json.loads(SAMPLE.read_text())
    with trail.gateway.begin() as session:
        keep_checkpoint(session, event_id=uuid4(), data=data | {"heads": []})
    found = trail.verify()
    assert [(each.chain, each.what) for each in found] == [
        ("checkpoints", "not signed with the service's key")
    ]


def test_without_the_services_key_no_checkpoint_counts(trail: Trail, tmp_path: Path) -> None:
    public_path(tmp_path, "rfp").unlink()
    assert [each.chain for each in trail.verify()] == ["checkpoints"]


def rewrite(trail: Trail, chain: str) -> None:
    """With good hashes from the first entry on, and other contents."""
    for table in (audit_entries, audit_heads):
        trail.spoil(sa.delete(table).where(table.c.chain == chain))
    with trail.service.begin() as session:
        for n in range(5):
            audit.record(session, "usr_x", chain=chain, action="changed", detail={"n": n * 7})


def test_heads_that_nobody_signed_do_not_count(trail: Trail) -> None:
    rewrite(trail, "rfp:2")
    with trail.service() as session:
        (digest,) = session.scalars(sa.select(audit_entries.c.hash).where(entry("rfp:2", 5)))
    own = checkpoint_heads.c.chain == audit.opaque("rfp:2")
    with trail.gateway.begin() as session:
        session.execute(sa.update(checkpoint_heads).where(own).values(hash=digest))
    assert [(each.chain, each.number) for each in trail.verify()] == [("rfp:2", 5)]


def test_heads_that_are_deleted_are_still_signed(trail: Trail) -> None:
    rewrite(trail, "rfp:2")
    with trail.gateway.begin() as session:
        session.execute(sa.delete(checkpoint_heads))
    assert [(each.chain, each.number) for each in trail.verify()] == [("rfp:2", 5)]


def forget(trail: Trail, number: int) -> None:
    own = checkpoints.c.data["number"].as_integer() == number
    with trail.gateway.begin() as session:
        gone = sa.select(checkpoints.c.event_id).where(own)
        session.execute(sa.delete(checkpoint_heads).where(checkpoint_heads.c.event_id.in_(gone)))
        session.execute(sa.delete(checkpoints).where(own))


@pytest.mark.parametrize("number", [1, 2])
def test_a_checkpoint_that_was_deleted_is_missed(trail: Trail, number: int) -> None:
    for _ in range(2):
        trail.checkpoint()
        trail.write("rfp:1", 1)
    assert trail.verify() == []
    forget(trail, number)
    [found] = trail.verify()
    assert (found.chain, found.number) == ("checkpoints", number)
    assert "missing" in found.what


def test_the_last_checkpoint_is_missed_after_a_while(trail: Trail) -> None:
    trail.checkpoint()
    forget(trail, 2)
    assert trail.verify() == [], "it may still be on its way"
    older = audit_checkpoints.c.signed_at - sa.text("interval '16 minutes'")
    trail.spoil(sa.update(audit_checkpoints).values(signed_at=older))
    assert [(each.chain, each.number) for each in trail.verify()] == [("checkpoints", 2)]


def test_a_checkpoint_signed_by_another_key_does_not_count(trail: Trail, tmp_path: Path) -> None:
    (tmp_path / "keys" / "audit-rfp.pem").unlink()
    trail.checkpoint()
    [found] = trail.verify()
    assert (found.chain, found.number) == ("checkpoints", 2)


@pytest.mark.parametrize(
    "change", [{"signature": "no base64!"}, {"signature": None}, {"number": "first"}]
)
def test_a_checkpoint_that_is_none_is_named(trail: Trail, change: dict[str, Any]) -> None:
    trail.checkpoint()
    with trail.gateway.begin() as session:
        changed = checkpoints.c.data.op("||")(sa.cast(change, checkpoints.c.data.type))
        session.execute(sa.update(checkpoints).values(data=changed))
    assert (trail.verify()[0].chain, trail.verify()[0].number) == ("checkpoints", 1)


@pytest.mark.parametrize("name", ["signature", "key_id", "number"])
def test_a_checkpoint_that_lacks_something_is_named(trail: Trail, name: str) -> None:
    with trail.gateway.begin() as session:
        session.execute(sa.update(checkpoints).values(data=checkpoints.c.data.op("-")(name)))
    assert (trail.verify()[0].chain, trail.verify()[0].number) == ("checkpoints", 1)


def test_a_number_that_is_none_is_named_though_it_is_signed(trail: Trail, tmp_path: Path) -> None:
    data = dict(rows(trail.gateway, checkpoints)[0].data) | {"number": "first"}
    said = {key: data[key] for key in data if key not in ("key_id", "signature")}
    key = signing_key(tmp_path, "rfp")
    data["signature"] = b64encode(key.sign(audit.canonical(said).encode())).decode()
    with trail.gateway.begin() as session:
        session.execute(sa.update(checkpoints).values(data=data))
    assert (trail.verify()[0].chain, trail.verify()[0].number) == ("checkpoints", 1)
