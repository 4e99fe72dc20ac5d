"""Events and audit entries are written at the commit, in one order for everybody."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
import sqlalchemy as sa
from conftest import NOW
from sqlalchemy.orm import Session
from support.actors import an_id
from support.database import Sessions, emptied, rows

from shared import audit
from shared.messaging import outbox
from shared.messaging.envelope import Event
from shared.messaging.notices import notify

A, B, C = an_id("a"), an_id("b"), an_id("c")


@pytest.fixture
def committed(engine: sa.Engine) -> Iterator[Sessions]:
    """Real connections: what they lock, others wait for."""
    yield sa.orm.sessionmaker(engine)
    emptied(engine)


def tell(session: Session, person: UUID) -> None:
    notify(
        session, source="/tandem/rfp", to=[person], template="rfp_published", subject_type="rfp",
        subject_id=A, path="/portal/opportunities", now=NOW, dedupe="1",
    )  # fmt: skip


def write(session: Session, person: UUID) -> None:
    tell(session, person)
    audit.record(session, "system", chain=f"inbox:{person}", action="told")


def test_two_that_write_in_opposite_orders_do_not_deadlock(committed: Sessions) -> None:
    both_have_begun = Barrier(2)

    def work(first: UUID, second: UUID) -> None:
        with committed.begin() as session:
            write(session, first)
            both_have_begun.wait(timeout=10)
            write(session, second)

    for _ in range(3):
        with ThreadPoolExecutor(2) as both:
            done = [both.submit(work, A, B), both.submit(work, B, A)]
            for each in done:
                each.result(timeout=20)
    with committed() as session:
        assert audit.verify(session, []) == []
    found = {(row.subject, row.sequence) for row in rows(committed)}
    assert found == {(str(each), number) for each in (A, B) for number in range(1, 7)}


def test_events_of_a_subject_keep_their_order_and_stand_as_recorded(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for person in (B, A, B, C, A, B):
            tell(session, person)
    found = [(row.subject, row.sequence) for row in rows(sessions)]
    assert found == [(str(one), n) for one, n in [(B, 1), (A, 1), (B, 2), (C, 1), (A, 2), (B, 3)]]
    said = [int(row.headers["ce_sequence"]) for row in rows(sessions)]
    assert said == [1, 1, 2, 1, 2, 3]


def test_what_was_rolled_back_is_not_written_at_a_later_commit(sessions: Sessions) -> None:
    with sessions() as session:
        write(session, A)
        session.rollback()
        write(session, B)
        session.commit()
        write(session, C)
    with sessions.begin() as session:
        pass
    assert [row.subject for row in rows(sessions)] == [str(B)]
    assert [row.chain for row in rows(sessions, audit.audit_entries)] == [f"inbox:{B}"]


def test_a_savepoint_takes_its_own_with_it(sessions: Sessions) -> None:
    def spoiled(session: Session) -> None:
        with session.begin_nested():
            write(session, B)
            with session.begin_nested():
                write(session, C)
            raise ZeroDivisionError

    with sessions.begin() as session:
        write(session, A)
        with pytest.raises(ZeroDivisionError):
            spoiled(session)
        with session.begin_nested():
            write(session, C)
    assert [row.subject for row in rows(sessions)] == [str(A), str(C)]


def test_an_error_in_a_flush_takes_all(sessions: Sessions) -> None:
    with sessions() as session:
        write(session, A)
        with pytest.raises(sa.exc.DBAPIError):
            session.execute(sa.text("SELECT 1/0"))
        session.rollback()
        session.commit()
    assert rows(sessions) == []


def test_only_what_is_committed_is_counted(committed: Sessions) -> None:
    """A savepoint's events take no numbers, so that there are no gaps."""
    with committed.begin() as session:
        saved = session.begin_nested()
        tell(session, A)
        saved.rollback()
        tell(session, A)
    assert [row.sequence for row in rows(committed, outbox.outbox)] == [1]


def test_an_event_is_refused_when_it_is_recorded(sessions: Sessions) -> None:
    wrong = Event.of(
        "tandem.notices.notice_raised.v1", source="/x", subject=A, time=NOW, data={"no": "fields"}
    )
    with sessions() as session, pytest.raises(Exception, match="must contain"):
        outbox.record(session, wrong)
