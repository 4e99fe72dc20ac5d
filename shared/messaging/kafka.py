"""Producers and consumers. Their settings and habits answer faults seen in kafka-python 3.0."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import (
    CommitFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    RebalanceInProgressError,
    TopicAuthorizationFailedError,
)
from sqlalchemy import Row

from shared import metrics
from shared.logging import get_logger
from shared.messaging.relay import Outcome

log = get_logger(__name__)
NEVER_TAKEN = (MessageSizeTooLargeError, TopicAuthorizationFailedError)
SEND_TIMEOUT_S = 10.0
UNASSIGNED_S = 30.0  # a group that waits for a member that was killed takes a third of it


def new_producer(bootstrap: str, client_id: str) -> KafkaProducer:
    return KafkaProducer(
        bootstrap_servers=bootstrap.split(","),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        batch_size=131_072,
        compression_type="gzip",  # the one codec that every partner's client has built in
        request_timeout_ms=5_000,
        delivery_timeout_ms=10_000,
        max_block_ms=5_000,
    )


def close_producer(producer: KafkaProducer) -> None:
    """`close()` flushes first and gives up when that fails, leaving thread and socket behind."""
    try:
        producer.close(timeout=2)
    except KafkaError:
        producer._sender.force_close()
        producer._sender.join(5)
        producer._closed = True


class Publisher:
    """Sends a batch and waits for every acknowledgement; a doubtful producer is replaced."""

    def __init__(self, bootstrap: str, client_id: str) -> None:
        self.bootstrap, self.client_id = bootstrap, client_id
        self.producer: KafkaProducer | None = None

    def __call__(self, rows: Sequence[Row[Any]]) -> Outcome:
        try:
            return self.send_all(rows)
        except KafkaError as error:
            metrics.SEND_FAILURES.labels(type(error).__name__).inc()
            log.warning("A batch was not sent", topic=rows[0].topic, error=type(error).__name__)
            self.close()
            return Outcome()

    def send_all(self, rows: Sequence[Row[Any]]) -> Outcome:
        self.producer = self.producer or new_producer(self.bootstrap, self.client_id)
        sent: list[tuple[Row[Any], Any]] = []
        refused: dict[int, str] = {}
        broken = set()
        for row in rows:
            if key_of(row) in broken:
                continue
            try:
                sent.append((row, self.send(row)))
            except NEVER_TAKEN as error:
                refused[row.position] = type(error).__name__
                broken.add(key_of(row))  # what follows must not overtake it
        outcome = acknowledged(sent, refused, until=time.monotonic() + SEND_TIMEOUT_S)
        nothing_came = sent and not outcome.acknowledged and not outcome.refused
        if nothing_came or not all(future.is_done for _, future in sent):
            self.close()  # what neither succeeded nor failed might still go out, any time
        return outcome

    def send(self, row: Row[Any]) -> Any:
        assert self.producer
        headers = [(name, text.encode()) for name, text in row.headers.items()]
        return self.producer.send(
            row.topic, value=row.payload, key=row.subject.encode(), headers=headers
        )

    def send_dead_letter(self, message: Any, *, group: str, error: str, attempts: int) -> None:
        """Keep key, value and headers as they came; say beside them what went wrong.

        With these a message may outgrow the topic. Then the letter only says where it stands.
        """
        origin = {
            "dlq-original-topic": message.topic,
            "dlq-original-partition": str(message.partition),
            "dlq-original-offset": str(message.offset),
            "dlq-consumer-group": group,
            "dlq-error": error,
            "dlq-attempts": str(attempts),
        }
        said = [(name, text.encode()) for name, text in origin.items()]
        own = [(name, content or b"") for name, content in message.headers]
        topic = f"{message.topic}.dlq.{group}"
        try:
            self.send_one(topic, message.key, message.value or b"", [*own, *said])
        except MessageSizeTooLargeError:
            self.send_one(topic, None, b"", [*said, ("dlq-truncated", b"true")])

    def send_one(
        self, topic: str, key: bytes | None, value: bytes, headers: list[tuple[str, bytes]]
    ) -> None:
        self.producer = self.producer or new_producer(self.bootstrap, self.client_id)
        try:
            sent = self.producer.send(topic, value=value, key=key, headers=headers)
            sent.get(timeout=SEND_TIMEOUT_S)
        except MessageSizeTooLargeError:
            raise
        except KafkaError:
            self.close()
            raise

    def close(self) -> None:
        if self.producer:
            close_producer(self.producer)
        self.producer = None


def key_of(row: Row[Any]) -> tuple[str, str]:
    return row.topic, row.subject


def acknowledged(
    sent: Sequence[tuple[Row[Any], Any]], refused: dict[int, str], *, until: float
) -> Outcome:
    """Await each future, because `flush()` does not raise and some futures never resolve.

    What follows a failure of the same key is not counted: it is sent again, after it.
    """
    positions: list[int] = []
    broken: dict[tuple[str, str], KafkaError] = {}
    for row, future in sent:
        key = key_of(row)
        try:
            future.get(timeout=max(0.01, until - time.monotonic()))
        except NEVER_TAKEN as error:
            refused[row.position] = type(error).__name__
            broken[key] = error
        except KafkaError as error:
            broken[key] = error
        if key not in broken:
            positions.append(row.position)
    if broken:
        (topic, _), fault = next(iter(broken.items()))
        metrics.SEND_FAILURES.labels(type(fault).__name__).inc()
        log.warning(
            "Events were not sent", subjects=len(broken), topic=topic, error=type(fault).__name__
        )
    return Outcome(positions, refused)


def new_consumer(bootstrap: str, group: str, topics: Sequence[str]) -> KafkaConsumer:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","),
        group_id=group,
        client_id=f"{group}-consumer",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_poll_records=500,
        session_timeout_ms=10_000,  # how long what a killed one was reading waits
        partition_assignment_strategy=[CooperativeStickyAssignor],
        allow_auto_create_topics=False,
    )
    consumer.subscribe(list(topics))
    return consumer


class Unassigned(Exception):
    """A consumer is in no group, or its group has given it nothing to read."""


class Seat:
    """Whether a consumer has partitions. Without any it joins anew, after `UNASSIGNED_S`.

    kafka-python 3.0.12 may lose an assignment if `poll` ends just while the group is formed: it
    holds itself for a member from then on, but neither reads nor sends heartbeats.
    """

    def __init__(self) -> None:
        self.taken_at = time.monotonic()

    def require(self, consumer: KafkaConsumer) -> None:
        now = time.monotonic()
        if consumer.assignment():
            self.taken_at = now
        elif now - self.taken_at > UNASSIGNED_S:
            raise Unassigned


def close_consumer(consumer: KafkaConsumer) -> None:
    with suppress(KafkaError):
        consumer.close(autocommit=False, timeout_ms=2_000)


def poll(consumer: KafkaConsumer) -> Mapping[TopicPartition, Sequence[Any]]:
    return consumer.poll(timeout_ms=500)  # type: ignore[no-any-return]  # untyped


def seek_back(consumer: KafkaConsumer, batches: Mapping[TopicPartition, Sequence[Any]]) -> None:
    """`poll()` has moved on. Read these again."""
    for partition, messages in batches.items():
        with suppress(KafkaError, AssertionError):  # revoked meanwhile: another reads them
            consumer.seek(partition, messages[0].offset)


def commit(consumer: KafkaConsumer) -> None:
    with suppress(CommitFailedError, RebalanceInProgressError):  # the next reader's inbox knows
        consumer.commit()


def standing(consumer: KafkaConsumer) -> Mapping[TopicPartition, tuple[int, int]]:
    """Of each partition that we read: our position, and where it ends."""
    partitions = list(consumer.assignment())
    ends = consumer.end_offsets(partitions) if partitions else {}
    return {each: (consumer.position(each), ends[each]) for each in partitions}
