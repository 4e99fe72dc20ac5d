from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from support.actors import staff
from support.database import Sessions, events, rows

from shared import audit
from shared.audit import Fault, Head, audit_entries, audit_heads
from shared.messaging import checkpoints

BUYER = staff("buyer")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def write(sessions: Sessions, *actions: str, chain: str = "rfp:1") -> None:
    with sessions.begin() as session:
        for action in actions:
            audit.record(session, BUYER, chain=chain, action=action, detail={"n": "招标"})


def faults(sessions: Sessions, *heads: Head) -> list[Fault]:
    with sessions.begin() as session:
        return audit.verify(session, heads)


def heads(sessions: Sessions) -> list[Head]:
    with sessions.begin() as session:
        return audit.changed_heads(session)


def change(sessions: Sessions, statement: sa.Update | sa.Delete) -> None:
    with sessions.begin() as session:
        session.execute(statement)


def numbered(number: int) -> sa.ColumnElement[bool]:
    return audit_entries.c.number == number


def test_a_chain_that_nobody_touched_verifies(sessions: Sessions) -> None:
    write(sessions, "drafted", "published", "awarded")
    write(sessions, "drafted", chain="rfp:2")
    assert faults(sessions, *heads(sessions)) == []
    with sessions.begin() as session:
        found = audit.history(session, "rfp:1")
    assert [(entry.number, entry.action) for entry in found] == [
        (3, "awarded"), (2, "published"), (1, "drafted")]  # fmt: skip
    assert found[0].actor == BUYER.subject and found[0].detail == {"n": "招标"}


def test_an_update_is_found_at_its_place(sessions: Sessions) -> None:
    write(sessions, "drafted", "published", "awarded")
    change(sessions, sa.update(audit_entries).where(numbered(2)).values(action="withdrawn"))
    assert faults(sessions)[0] == Fault("rfp:1", 2, "changed")


def test_a_deletion_in_the_middle_is_found(sessions: Sessions) -> None:
    write(sessions, "drafted", "published", "awarded")
    change(sessions, sa.delete(audit_entries).where(numbered(2)))
    assert faults(sessions)[0] == Fault("rfp:1", 2, "missing")


def test_a_deletion_at_the_end_is_found_by_the_head_or_the_checkpoint(sessions: Sessions) -> None:
    write(sessions, "drafted", "published", "awarded")
    signed = heads(sessions)
    change(sessions, sa.delete(audit_entries).where(numbered(3)))
    assert Fault("rfp:1", 3, "missing at the end") in faults(sessions)
    with sessions.begin() as session:
        entry = audit.history(session, "rfp:1")[0]
    change(sessions, sa.update(audit_heads).values(length=2, hash=entry.hash))
    assert faults(sessions) == [], "a careful forger leaves no trace in the chain itself"
    assert faults(sessions, *signed) == [Fault("rfp:1", 3, "not what the checkpoint recorded")]


def test_a_chain_rewritten_with_good_hashes_is_found_by_the_checkpoint(sessions: Sessions) -> None:
    write(sessions, "drafted", "published")
    signed = heads(sessions)
    change(sessions, sa.delete(audit_entries))
    change(sessions, sa.delete(audit_heads))
    write(sessions, "drafted", "cancelled")
    assert faults(sessions) == []
    assert faults(sessions, *signed) == [Fault("rfp:1", 2, "not what the checkpoint recorded")]


def test_a_chain_that_vanished_is_found_by_the_checkpoint(sessions: Sessions) -> None:
    write(sessions, "drafted")
    signed = heads(sessions)
    change(sessions, sa.delete(audit_entries))
    change(sessions, sa.delete(audit_heads))
    [fault] = faults(sessions, *signed)
    assert fault.what == "not what the checkpoint recorded"


def test_a_checkpoint_names_what_changed_since_the_last_and_is_signed(
    sessions: Sessions, tmp_path: Path
) -> None:
    write(sessions, "drafted", "published")
    for expected in (True, False):
        with sessions.begin() as session:
            assert checkpoints.sign(session, "rfp", tmp_path) is expected
    [event] = events(sessions, "checkpoint_signed")
    import json

    data = json.loads(event.payload)
    assert [head["length"] for head in data["heads"]] == [2]
    assert "rfp:1" not in event.payload.decode()
    key = checkpoints.signing_key(tmp_path, "rfp")
    assert checkpoints.is_genuine(data, key.public_key())
    assert not checkpoints.is_genuine(data | {"service": "contracts"}, key.public_key())
    assert (tmp_path / "keys" / "audit-rfp.pem").stat().st_mode & 0o777 == 0o600
    assert rows(sessions, audit_heads)[0].signed_length == 2


def test_each_entry_has_a_time_of_its_own(sessions: Sessions) -> None:
    """A list by time goes on after any of them."""
    write(sessions, "drafted", "published", "awarded")
    times = [row.at for row in rows(sessions, audit_entries)]
    assert len(set(times)) == 3


def test_the_next_page_goes_on_where_the_last_one_ended(sessions: Sessions) -> None:
    """Who began first may commit last: the entries are in the order of their time."""
    for chain in ("rfp:1", "rfp:2", "rfp:3"):
        write(sessions, "drafted", chain=chain)
    later = sa.update(audit_entries).where(audit_entries.c.chain == "rfp:1")
    change(sessions, later.values(at=sa.func.now() + sa.text("interval '1 hour'")))
    with sessions.begin() as session:
        first = audit.latest(session, limit=1)
        rest = audit.latest(session, before=first[0].at)
    assert [each.chain for each in first + rest] == ["rfp:1", "rfp:3", "rfp:2"]


def begin(sessions: Sessions, chain: str) -> None:
    with sessions.begin() as session:
        audit.record(session, BUYER, chain=chain, action="received", begins_at=NOON)


def test_a_new_chain_is_begun_beside_one_that_goes_on(sessions: Sessions) -> None:
    write(sessions, "received", chain="bid:1")
    with sessions.begin() as session:
        audit.record(session, BUYER, chain="bid:1", action="replaced")
        audit.record(session, BUYER, chain="bid:2", action="received", begins_at=NOON)
        audit.record(session, BUYER, chain="bid:2", action="opened")
    begin(sessions, "bid:3")
    assert faults(sessions, *heads(sessions)) == []
    found = [(each.chain, each.number, each.action) for each in rows(sessions, audit_entries)]
    assert sorted(found) == [
        ("bid:1", 1, "received"), ("bid:1", 2, "replaced"),
        ("bid:2", 1, "received"), ("bid:2", 2, "opened"), ("bid:3", 1, "received"),
    ]  # fmt: skip
    assert {each.at for each in rows(sessions, audit_entries) if each.chain == "bid:3"} == {NOON}


def test_a_chain_begins_only_once(sessions: Sessions) -> None:
    write(sessions, "received", "opened", chain="bid:1")
    with pytest.raises(IntegrityError):
        begin(sessions, "bid:1")
    assert faults(sessions, *heads(sessions)) == []
    assert rows(sessions, audit_heads)[0].length == 2
