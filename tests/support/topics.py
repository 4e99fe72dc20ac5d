"""A foreign consumer: reads whole topics from outside, as a partner's system would."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from kafka import KafkaConsumer, TopicPartition

from shared import db
from shared.messaging.envelope import TOPICS, Event, decode
from shared.messaging.outbox import outbox


@dataclass
class Heard:
    """What stands on one topic; an event that was sent twice is heard once."""

    events: dict[UUID, Event] = field(default_factory=dict)
    messages: int = 0

    def types(self) -> set[str]:
        return {event.type.split(".")[2] for event in self.events.values()}

    def gaps(self) -> list[str]:
        """Subjects whose sequence is not 1 … n."""
        found = defaultdict(set)
        for event in self.events.values():
            found[event.source, event.subject].add(event.sequence)
        return [
            f"{source} {subject} {sorted(numbers)}"
            for (source, subject), numbers in found.items()
            if numbers != set(range(1, len(numbers) + 1))
        ]


def listen(bootstrap: str) -> dict[str, Heard]:
    """Every topic of ours from the first message to the last of this moment."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","), group_id=None, enable_auto_commit=False
    )
    try:
        return {topic: read_topic(consumer, topic) for topic in TOPICS.values()}
    finally:
        consumer.close(timeout_ms=2000)


def read_topic(consumer: KafkaConsumer, topic: str) -> Heard:
    partitions = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends, heard = consumer.end_offsets(partitions), Heard()
    while any(consumer.position(each) < ends[each] for each in partitions):
        for messages in consumer.poll(timeout_ms=500).values():
            for message in messages:
                event = decode(topic, message.headers, message.value)
                assert message.key.decode() == event.subject
                heard.events[event.id] = event
                heard.messages += 1
    return heard


def recorded(databases: dict[str, str]) -> dict[str, set[UUID]]:
    """Topic → ids in the outboxes; and nothing may still be waiting."""
    found: dict[str, set[UUID]] = {topic: set() for topic in TOPICS.values()}
    for name, url in databases.items():
        if name != "superuser":
            collect(url, found)
    return found


def collect(url: str, found: dict[str, set[UUID]]) -> None:
    engine = db.connect(url)
    with engine.connect() as connection:
        for topic, event_id in connection.execute(sa.select(outbox.c.topic, outbox.c.id)):
            found[topic].add(event_id)
    engine.dispose()


def waiting(databases: dict[str, str]) -> int:
    """Events that the relays have not sent yet, in all services."""
    total = 0
    for name, url in databases.items():
        if name == "superuser":
            continue
        engine = db.connect(url)
        with engine.connect() as connection:
            unsent = sa.select(sa.func.count()).where(outbox.c.published_at.is_(None))
            total += connection.scalar(unsent) or 0
        engine.dispose()
    return total
