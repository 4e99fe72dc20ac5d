"""CloudEvents 1.0 in Kafka's binary mode: attributes are headers, the value is JSON data."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from shared.kernel import uuid7
from shared.telemetry import NO_CAUSE, Cause

TOPICS = {
    "identity": "tandem.identity.events",
    "notices": "tandem.notices",
    "rfp": "tandem.rfp.events",
    "vendors": "tandem.vendors.events",
    "contracts": "tandem.contracts.events",
    "monitoring": "tandem.monitoring.events",
    "kpi": "tandem.kpi.measurements",
    "audit": "tandem.audit.checkpoints",
}


LONGEST_HEADER = 500  # bytes


class Undecodable(Exception):
    """A message that is no event of ours."""


@dataclass(frozen=True, kw_only=True)
class Event:
    topic: str
    type: str
    source: str
    subject: str
    time: datetime
    data: Mapping[str, Any]
    id: UUID = field(default_factory=uuid7)
    sequence: int = 0  # given by the outbox
    cause: Cause = NO_CAUSE

    @classmethod
    def of(
        cls, type: str, *, source: str, subject: UUID, time: datetime, data: Mapping[str, Any]
    ) -> Self:
        """An event on the topic of its family: `tandem.<family>.<past tense>.v1`."""
        topic = topic_of(type)
        return cls(
            topic=topic, type=type, source=source, subject=str(subject), time=time, data=data
        )


def topic_of(event_type: str) -> str:
    return TOPICS[event_type.split(".")[1]]


def encode(event: Event) -> tuple[dict[str, str], bytes]:
    attributes = {
        "specversion": "1.0",
        "id": str(event.id),
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "time": event.time.isoformat(),
        "dataschema": f"/schemas/{event.type}.json",
        "partitionkey": event.subject,
        "sequence": str(event.sequence),
        **{name: value for name, value in vars(event.cause).items() if value},
    }
    headers = {f"ce_{name}": value for name, value in attributes.items()}
    data = json.dumps(event.data, ensure_ascii=False).encode()
    return headers | {"content-type": "application/json"}, data


def readable(header: bytes) -> str:
    """Some headers are kept with what the event brings about, in columns and indexes."""
    if len(header) > LONGEST_HEADER:
        raise ValueError
    return header.decode()


def decode(topic: str, headers: Iterable[tuple[str, bytes]], value: bytes) -> Event:
    """Headers that are not CloudEvents' own may be anything; nobody looks at them."""
    try:
        own = ((name, content) for name, content in headers if name.startswith("ce_"))
        ce = {name.removeprefix("ce_"): readable(content) for name, content in own}
        return Event(
            topic=topic,
            type=ce["type"],
            source=ce["source"],
            subject=ce["subject"],
            time=datetime.fromisoformat(ce["time"]),
            data=json.loads(value),
            id=UUID(ce["id"]),
            sequence=int(ce.get("sequence", "0")),
            cause=Cause(*(ce.get(name, "") for name in Cause.__dataclass_fields__)),
        )
    except (KeyError, ValueError, AttributeError, TypeError) as fault:
        raise Undecodable(type(fault).__name__) from fault  # its text may quote the message
