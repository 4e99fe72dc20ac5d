"""What checkpoints say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.audits.persistence import checkpoint_heads, checkpoints
from gateway.people.persistence import legal_entities
from shared.audit import Head, opaque
from shared.directory import is_of_buyer
from shared.kernel import Actor


@dataclass(frozen=True)
class CheckpointState:
    """Of one service: how many checkpoints there are, and when the latest was signed."""

    service: str
    count: int
    latest_at: datetime


def may_read(session: Session, reader: Actor) -> bool:
    """Chains do not say which contract they belong to: no auditor from outside reads any."""
    return bool(session.scalar(select(is_of_buyer(reader, legal_entities))))


def states(session: Session) -> Mapping[str, CheckpointState]:
    latest = func.max(checkpoints.c.signed_at)
    grouped = select(checkpoints.c.service, func.count(), latest).group_by(checkpoints.c.service)
    rows = session.execute(grouped.order_by(checkpoints.c.service).limit(100))
    return {row[0]: CheckpointState(*row) for row in rows}


def heads_of_chain(session: Session, service: str, chain: str) -> Sequence[Head]:
    """Where this chain stood, latest first."""
    columns = (checkpoint_heads.c.chain, checkpoint_heads.c.length, checkpoint_heads.c.hash)
    own = (checkpoint_heads.c.service == service, checkpoint_heads.c.chain == opaque(chain))
    found = select(*columns).where(*own).order_by(*(column.desc() for column in columns))
    return [Head(*row) for row in session.execute(found.limit(200))]


def signed(session: Session, service: str) -> Iterator[Mapping[str, Any]]:
    """All checkpoints of a service as they came, with their signatures, in the order of time.

    Their numbers are for whoever reads them to judge: one may be none.
    """
    own = select(checkpoints.c.data).where(checkpoints.c.service == service)
    ordered = own.order_by(checkpoints.c.signed_at, checkpoints.c.event_id)
    with session.scalars(ordered, execution_options={"yield_per": 500}) as found:
        yield from found
