"""`verify` on a running stack, before and after a superuser has falsified the trail.

Each way has a chain of its own, a plan with three entries, and all is put back afterwards.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from subprocess import CompletedProcess
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from support.stack import RunningStack
from support.story import a_wish, cast, settled

from deploy.demo import chain
from shared import audit, db
from shared.audit import START, AuditEntry, audit_entries, audit_heads, entry_hash

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
WHOLE = "All audit chains are whole."
CHECKPOINT = "not what the checkpoint recorded"


@pytest.fixture(scope="module")
def superuser(stack: RunningStack) -> Iterator[sa.Engine]:
    """The database of rfp in the hands of one whom no grant stops."""
    urls = stack.described()["databases"]
    if "superuser" not in urls:
        pytest.skip("the database of this stack is somebody else's")
    own = urlsplit(urls["superuser"])._replace(path=urlsplit(urls["rfp"]).path)
    engine = db.connect(own.geturl())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def plans(stack: RunningStack, superuser: sa.Engine) -> dict[str, str]:
    """A chain for each way to falsify: written, submitted, approved, and signed so far."""
    with closing(cast(stack.described())) as who:
        made = [chain.write_plan(who.apis, a_wish())["id"] for _ in WAYS]
        for plan_id in made:
            chain.approve_plan(who.apis, plan_id)
    for plan_id in made:
        settled(lambda plan_id=plan_id: stack.has_checkpoint_for(plan_id) or None, "a checkpoint")
    return dict(zip(WAYS, (f"plan:{plan_id}" for plan_id in made), strict=True))


def entries(session: Session, name: str) -> list[AuditEntry]:
    return audit.history(session, name)[::-1]


def change(session: Session, name: str) -> None:
    second = (audit_entries.c.chain == name) & (audit_entries.c.number == 2)
    session.execute(sa.update(audit_entries).where(second).values(actor="usr_somebody_else"))


def cut_out(session: Session, name: str) -> None:
    second = (audit_entries.c.chain == name) & (audit_entries.c.number == 2)
    session.execute(sa.delete(audit_entries).where(second))


def cut_off(session: Session, name: str) -> None:
    """The last entry, and the head is set back to the one before."""
    *_, before, last = entries(session, name)
    end = (audit_entries.c.chain == name) & (audit_entries.c.number == last.number)
    session.execute(sa.delete(audit_entries).where(end))
    set_head(session, before)


def rewrite(session: Session, name: str) -> None:
    """From the second entry to the end, with hashes as they should be."""
    digest = START
    for entry in entries(session, name):
        told = replace(entry, actor="usr_somebody_else") if entry.number > 1 else entry
        digest = entry_hash(digest, told)
        own = (audit_entries.c.chain == name) & (audit_entries.c.number == entry.number)
        written = sa.update(audit_entries).where(own)
        session.execute(written.values(actor=told.actor, hash=digest))
        set_head(session, replace(told, hash=digest))


def set_head(session: Session, entry: AuditEntry) -> None:
    own = sa.update(audit_heads).where(audit_heads.c.chain == entry.chain)
    session.execute(own.values(length=entry.number, hash=entry.hash))


WAYS: dict[str, Callable[[Session, str], None]] = {
    "an update": change,
    "a deletion in the middle": cut_out,
    "a deletion at the end": cut_off,
    "a whole chain rewritten": rewrite,
}


@contextmanager
def falsified(superuser: sa.Engine, name: str, way: str) -> Iterator[None]:
    with db.sessions(superuser).begin() as session:
        kept = {table: rows(session, table, name) for table in (audit_entries, audit_heads)}
        WAYS[way](session, name)
    try:
        yield
    finally:
        with db.sessions(superuser).begin() as session:
            for table, before in kept.items():
                session.execute(sa.delete(table).where(table.c.chain == name))
                session.execute(sa.insert(table), before)


def rows(session: Session, table: sa.Table, name: str) -> list[dict[str, object]]:
    found = session.execute(sa.select(table).where(table.c.chain == name))
    return [dict(row._mapping) for row in found]


def verify(stack: RunningStack) -> CompletedProcess[str]:
    return stack.command("gateway.commands", "verify")


def test_a_healthy_system_is_whole(stack: RunningStack, plans: dict[str, str]) -> None:
    ran = verify(stack)
    assert (ran.returncode, ran.stdout.strip()) == (0, WHOLE), ran.stderr


@pytest.mark.parametrize(
    ("way", "place", "what"),
    [
        ("an update", 2, "changed"),
        ("a deletion in the middle", 2, "missing"),
        ("a deletion at the end", 3, CHECKPOINT),
        ("a whole chain rewritten", 2, CHECKPOINT),
    ],
)
def test_what_was_falsified_is_named_with_its_place(
    stack: RunningStack,
    superuser: sa.Engine,
    plans: dict[str, str],
    way: str,
    place: int,
    what: str,
) -> None:
    name = plans[way]
    if what == CHECKPOINT:
        place = min(length for length in signed_lengths(stack, name) if length >= place)
    with falsified(superuser, name, way):
        ran = verify(stack)
        by_itself = faults_without_checkpoints(superuser, name)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert ran.stdout.splitlines() == [f"rfp: {name}, entry {place}: {what}", "1 faults."]
    assert bool(by_itself) == (what != CHECKPOINT), by_itself


def signed_lengths(stack: RunningStack, name: str) -> list[int]:
    """Where the chain stood when checkpoints were signed: the gateway keeps them."""
    query = "SELECT length FROM checkpoint_heads WHERE service = 'rfp' AND chain = %s"
    return [length for (length,) in stack.rows("gateway", query, audit.opaque(name))]


def faults_without_checkpoints(superuser: sa.Engine, name: str) -> list[audit.Fault]:
    with db.sessions(superuser)() as session:
        return [fault for fault in audit.verify(session, ()) if fault.chain == name]


def test_all_is_as_it_was(stack: RunningStack, plans: dict[str, str]) -> None:
    assert verify(stack).stdout.strip() == WHOLE
