"""Events, a stand-in for Kafka, and what a consumer is fed with."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from conftest import NOW

from shared.messaging import inbox, kafka, outbox
from shared.messaging.consumer import consume_batch
from shared.messaging.envelope import Event
from shared.messaging.relay import publish_pending
from support.actors import an_id
from support.database import Sessions

ERASED = "tandem.identity.person_erased.v1"
A, B = an_id("a"), an_id("b")


def an_event(subject: UUID = A, **data: Any) -> Event:
    said = {"person_id": str(subject)} | data
    return Event.of(ERASED, source="/tandem/gateway", subject=subject, time=NOW, data=said)


def record(sessions: Sessions, *events: Event) -> None:
    with sessions.begin() as session:
        for event in events:
            outbox.record(session, event)


class Broker:
    """A stand-in for the producer; tests/stack has the real one."""

    def __init__(self) -> None:
        self.log: list[SimpleNamespace] = []
        self.refuses: dict[int, Exception] = {}
        self.silent: set[int] = set()  # numbers whose futures never resolve
        self.is_closed = False

    def send(self, topic: str, value: bytes, key: bytes, headers: list[Any]) -> SimpleNamespace:
        number = len(self.log)
        place = {"topic": topic, "partition": 0, "offset": number}
        self.log.append(SimpleNamespace(**place, value=value, key=key, headers=headers))

        def get(timeout: float) -> None:
            if number + 1 in self.refuses:
                raise self.refuses[number + 1]

        return SimpleNamespace(get=get, is_done=number + 1 not in self.silent)

    def close(self, timeout: float) -> None:
        self.is_closed = True


def relay(sessions: Sessions, broker: Broker) -> int:
    publisher = kafka.Publisher("nowhere:1", "test")
    publisher.producer = broker
    with sessions.begin() as session:
        return publish_pending(session, publisher)


class Consumer:
    """Like the real one, it moves on when it has polled, whatever becomes of the messages."""

    def __init__(self, messages: list[SimpleNamespace]) -> None:
        numbered = enumerate(messages)
        self.messages = [SimpleNamespace(**vars(each) | {"offset": n}) for n, each in numbered]
        self.position = self.committed = 0

    def poll(self, timeout_ms: int) -> dict[str, list[SimpleNamespace]]:
        batch, self.position = self.messages[self.position :], len(self.messages)
        return {"partition": batch} if batch else {}

    def seek(self, partition: str, offset: int) -> None:
        self.position = offset

    def commit(self) -> None:
        self.committed = self.position


class Cemetery(list[tuple[Any, str, int]]):
    def bury(self, message: Any, error: str, attempts: int) -> None:
        self.append((message, error, attempts))


def sent_messages(sessions: Sessions, *events: Event) -> list[SimpleNamespace]:
    broker = Broker()
    record(sessions, *events)
    relay(sessions, broker)
    return broker.log


def consume(
    consumer: Consumer, sessions: Sessions, buried: Cemetery, handlers: dict[str, inbox.Handler]
) -> int:
    return consume_batch(consumer, sessions, handlers, group="rfp", bury=buried.bury)
