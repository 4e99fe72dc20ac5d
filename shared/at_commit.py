"""What a transaction writes at its end, where all transactions take their locks in one order.

Counters of events and heads of audit chains are locked by whoever writes. Taken as they come, two
transactions that write for the same subjects, each in its own order, would wait for each other.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

Write = Callable[[Session, list[Any]], None]
KEY = "at_commit"
begun: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


def put_off(session: Session, write: Write, item: Any) -> None:
    """Have `write` called before the commit, with all its items in the order they were given."""
    if not session.in_transaction():
        session.begin()  # or a rollback would find nothing to undo
    session.info.setdefault(KEY, []).append((write, item))


@listens_for(Session, "before_commit")
def write_all(session: Session) -> None:
    if session.in_nested_transaction():
        return
    items = session.info.pop(KEY, [])
    for write in sorted({write for write, _ in items}, key=lambda each: each.__module__):
        write(session, [item for wanted, item in items if wanted is write])


@listens_for(Session, "after_transaction_create")
def remember(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        begun[transaction] = len(session.info.get(KEY, []))


@listens_for(Session, "after_soft_rollback")
def forget(session: Session, transaction: SessionTransaction) -> None:
    """What was put off since a savepoint goes with it."""
    if transaction in begun:
        del session.info.get(KEY, [])[begun[transaction] :]


@listens_for(Session, "after_transaction_end")
def end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(KEY, None)
