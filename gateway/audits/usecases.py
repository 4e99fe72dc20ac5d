"""Keep every checkpoint that a service signs. What it says is judged later, by `verify`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.audits.persistence import checkpoint_heads, checkpoints


def keep_checkpoint(session: Session, *, event_id: UUID, data: Mapping[str, Any]) -> None:
    kept = insert(checkpoints).values(
        event_id=event_id,
        service=data["service"],
        signed_at=datetime.fromisoformat(data["signed_at"]),
        data=dict(data),
    )
    session.execute(kept.on_conflict_do_nothing())
    heads = [
        {
            "service": data["service"],
            "chain": head["chain"],
            "length": head["length"],
            "hash": head["hash"],
            "event_id": event_id,
        }
        for head in data["heads"]
    ]
    if heads:
        session.execute(insert(checkpoint_heads).on_conflict_do_nothing(), heads)
