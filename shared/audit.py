"""What happened, to what, by whom: one hash chain per aggregate, in the business transaction."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Integer, String, Table, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from shared import db
from shared.at_commit import put_off
from shared.db import Instant, metadata
from shared.kernel import Actor

START = "0" * 64
NEW = 0, START

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("chain", String, primary_key=True),  # "rfp:<uuid>"
    Column("number", Integer, primary_key=True),  # 1, 2, 3 … without gaps
    Column("position", BigInteger, sa.Identity(), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("hash", String(64), nullable=False),
)
NEWEST = audit_entries.c.at, audit_entries.c.position
sa.Index("ix_audit_entries_at", *NEWEST)

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("chain", String, primary_key=True),
    Column("length", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signed_length", Integer, nullable=False, server_default="0"),
)

# What this service has signed. The gateway has to have all of it.
audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … without gaps
    Column("signed_at", Instant, nullable=False),
    Column("signature", String, nullable=False),
)


@dataclass(frozen=True)
class AuditEntry:
    chain: str
    number: int
    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class Said:
    """What will be an entry once its chain is locked, or begun."""

    chain: str
    actor: str
    action: str
    detail: Mapping[str, Any]
    begins_at: datetime | None


@dataclass(frozen=True)
class Head:
    """Where a chain stood at a checkpoint. `chain` is opaque: SHA-256 of its name."""

    chain: str
    length: int
    hash: str


@dataclass(frozen=True)
class Fault:
    """The first place where a chain is not what was written."""

    chain: str
    number: int
    what: str


ENTRY = [audit_entries.c[name] for name in AuditEntry.__dataclass_fields__]
HEAD = [audit_heads.c[name] for name in Head.__dataclass_fields__]
LOCK_HEADS = (
    insert(audit_heads)
    .from_select(HEAD, select(db.recordset("heads", HEAD)))
    .on_conflict_do_update(index_elements=["chain"], set_={"length": audit_heads.c.length})
    .returning(*HEAD, func.clock_timestamp().label("at"))
)
MOVE_HEADS = insert(audit_heads).from_select(HEAD, select(db.recordset("ends", HEAD)))
MOVE_HEADS = MOVE_HEADS.on_conflict_do_update(
    index_elements=["chain"],
    set_={name: MOVE_HEADS.excluded[name] for name in ("length", "hash")},
)
WRITE_ENTRIES = (
    sa.insert(audit_entries)
    .from_select(ENTRY, select(db.recordset("entries", ENTRY)))
    .add_cte(MOVE_HEADS.cte("moved"))
)


def record(
    session: Session,
    actor: Actor | str,
    *,
    chain: str,
    action: str,
    detail: Mapping[str, Any] | None = None,
    begins_at: datetime | None = None,
) -> None:
    """Append to the chain of an aggregate. `detail` holds JSON values and nothing sealed.

    `begins_at`: the aggregate is new, made at this time of the database, and nobody else can know
    its chain, so that nothing has to be locked.
    """
    who = actor.subject if isinstance(actor, Actor) else actor
    said = json.loads(canonical(detail or {}))
    put_off(session, append, Said(chain, who, action, said, begins_at))


def append(session: Session, said: list[Said]) -> None:
    """Entries of one transaction are a microsecond apart: a list by time goes on after any."""
    heads, times = lock_heads(session, sorted({each.chain for each in said if not each.begins_at}))
    began = max(times + [each.begins_at for each in said if each.begins_at])
    rows = []
    for count, each in enumerate(said):
        length, previous = heads.get(each.chain, NEW)
        at = began + timedelta(microseconds=count)
        entry = AuditEntry(each.chain, length + 1, at, each.actor, each.action, each.detail, "")
        digest = entry_hash(previous, entry)
        rows.append({**vars(entry), "at": at.isoformat(), "hash": digest})
        heads[each.chain] = entry.number, digest
    ends = [{"chain": chain, "length": end[0], "hash": end[1]} for chain, end in heads.items()]
    session.execute(WRITE_ENTRIES, {"entries": rows, "ends": ends})


def lock_heads(
    session: Session, chains: list[str]
) -> tuple[dict[str, tuple[int, str]], list[datetime]]:
    """Length and hash of each, and the times after the wait for them.

    Locked in the order given, which has to be the same for all. One statement makes the heads that
    are new and locks those that are not.
    """
    if not chains:
        return {}, []
    new = [{"chain": each, "length": 0, "hash": START} for each in chains]
    rows = session.execute(LOCK_HEADS, {"heads": new}).all()
    return {row.chain: (row.length, row.hash) for row in rows}, [row.at for row in rows]


def entry_hash(previous: str, entry: AuditEntry) -> str:
    """SHA-256 over the previous hash and the canonical JSON of what the entry says."""
    said = {
        "chain": entry.chain,
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "detail": entry.detail,
    }
    return hashlib.sha256(f"{previous}\n{canonical(said)}".encode()).hexdigest()


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def history(session: Session, chain: str, *, limit: int = 200) -> list[AuditEntry]:
    """The latest entries of a chain, newest first."""
    entries = select(*ENTRY).where(audit_entries.c.chain == chain)
    rows = session.execute(entries.order_by(audit_entries.c.number.desc()).limit(limit))
    return [AuditEntry(*row) for row in rows]


def latest(
    session: Session,
    *,
    actor: str = "",
    since: datetime | None = None,
    before: datetime | None = None,
    without: Collection[str] = (),
    limit: int = 50,
) -> list[AuditEntry]:
    """Entries of all chains, newest first: of one actor, from `since` on, up to `before`.

    In the order of `at`, by which the next page is asked for: who commits first may be older.
    """
    at = audit_entries.c.at
    asked = [
        *([audit_entries.c.actor == actor] if actor else []),
        *([at >= since] if since else []),
        *([at < before] if before else []),
        *([audit_entries.c.action.not_in(without)] if without else []),
    ]
    newest_first = [
        column.desc() for column in NEWEST
    ]  # as `before` counts, whoever committed first
    found = select(*ENTRY).where(*asked).order_by(*newest_first).limit(limit)
    return [AuditEntry(*row) for row in session.execute(found)]


def opaque(chain: str) -> str:
    return hashlib.sha256(chain.encode()).hexdigest()


def changed_heads(session: Session, *, limit: int = 5000) -> list[Head]:
    """Heads that moved since they were last signed; marks them as signed."""
    moved = select(audit_heads).where(audit_heads.c.length > audit_heads.c.signed_length)
    rows = session.execute(moved.order_by(audit_heads.c.chain).limit(limit).with_for_update()).all()
    signed = sa.update(audit_heads).where(audit_heads.c.chain.in_([row.chain for row in rows]))
    session.execute(signed.values(signed_length=audit_heads.c.length))
    return [Head(opaque(row.chain), row.length, row.hash) for row in rows]


def verify(session: Session, checkpoints: Iterable[Head]) -> list[Fault]:
    """Recompute every chain, and require every head that a checkpoint ever recorded."""
    faults: list[Fault] = []
    hashes: dict[tuple[str, int], str] = {}
    names: dict[str, str] = {}
    for chain, entries in chains(session):
        names[opaque(chain)] = chain
        faults += chain_faults(chain, entries, hashes)
    faults += head_faults(session, hashes)
    faults += [fault for head in checkpoints if (fault := checkpoint_fault(head, hashes, names))]
    return sorted(set(faults), key=lambda fault: (fault.chain, fault.number))


def chains(session: Session) -> Iterable[tuple[str, list[AuditEntry]]]:
    ordered = select(*ENTRY).order_by(audit_entries.c.chain, audit_entries.c.number)
    current: list[AuditEntry] = []
    for row in session.execute(ordered, execution_options={"yield_per": 2000}):
        entry = AuditEntry(*row)
        if current and current[0].chain != entry.chain:
            yield current[0].chain, current
            current = []
        current.append(entry)
    if current:
        yield current[0].chain, current


def chain_faults(
    chain: str, entries: list[AuditEntry], hashes: dict[tuple[str, int], str]
) -> list[Fault]:
    previous = START
    for expected, entry in enumerate(entries, start=1):
        if entry.number != expected:
            return [Fault(chain, expected, "missing")]
        if entry_hash(previous, entry) != entry.hash:
            return [Fault(chain, expected, "changed")]
        previous = hashes[opaque(chain), expected] = entry.hash
    return []


def head_faults(session: Session, hashes: Mapping[tuple[str, int], str]) -> list[Fault]:
    """A head that counts further than its entries means that the end was cut off."""
    heads = session.execute(select(audit_heads.c.chain, audit_heads.c.length, audit_heads.c.hash))
    return [
        Fault(chain, length, "missing at the end")
        for chain, length, digest in heads
        if length and hashes.get((opaque(chain), length)) != digest
    ]


def checkpoint_fault(
    head: Head, hashes: Mapping[tuple[str, int], str], names: Mapping[str, str]
) -> Fault | None:
    if hashes.get((head.chain, head.length)) == head.hash:
        return None
    return Fault(names.get(head.chain, head.chain), head.length, "not what the checkpoint recorded")
