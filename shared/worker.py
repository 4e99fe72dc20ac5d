"""The other process of a service: relay, consumer and jobs, each in a thread of its own."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from shared import db, idempotency, jobs, logging, metrics, private
from shared.config import ServiceSettings
from shared.jobs import Context, Cron, Jobs, merged
from shared.messaging import checkpoints, consumer, inbox, kafka, outbox, relay
from shared.messaging.envelope import topic_of
from shared.messaging.heartbeat import Beat
from shared.messaging.inbox import Handler
from shared.watch import Watch

log = logging.get_logger(__name__)
KEPT = timedelta(days=30)  # events, and keys of requests
COMMON_CRON: Cron = {"* * * * *": ["sign_checkpoint"], "17 3 * * *": ["purge_memory"]}


class Worker:
    """Runs until SIGTERM. A loop that fails begins again after a pause that grows."""

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        handlers: Mapping[str, Handler],
        jobs: Jobs,
        cron: Cron,
    ) -> None:
        self.service, self.settings, self.handlers = service, settings, handlers
        self.sessions = db.sessions(db.connect(settings.database_url, pool_size=3))
        self.jobs = {**common_jobs(service), **jobs}
        self.cron = merged(COMMON_CRON, cron)
        self.stop = threading.Event()
        self.watch = Watch(service, self.sessions, ("relay", "consumer", "jobs"))

    def run(self) -> None:
        if self.settings.metrics_bind:
            private.serve(self.watch.door(), self.settings.metrics_bind)
        loops = {"relay": self.relay, "consumer": self.consume, "jobs": self.work}
        threads = [threading.Thread(target=self.keep, args=each) for each in loops.items()]
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        for thread in threads:
            thread.start()
        log.info("Worker started", service=self.service)
        for thread in threads:
            thread.join()

    def keep(self, name: str, loop: Callable[[], None]) -> None:
        pause = 0.5
        while not self.stop.is_set():
            began = time.monotonic()
            self.watch.turns(name)
            try:
                loop()
            except Exception:
                metrics.LOOP_FAILURES.labels(name).inc()
                log.warning("A loop failed and begins again", loop=name, exc_info=True)
            pause = 0.5 if time.monotonic() - began > 30 else min(pause * 2, 10)
            self.stop.wait(pause)

    def relay(self) -> None:
        publish = kafka.Publisher(self.settings.kafka_bootstrap, f"{self.service}-relay")
        beat, pause = self.beat("relay"), Pause()
        try:
            while not self.stop.is_set():
                with self.sessions.begin() as session:
                    sent = relay.publish_pending(session, publish)
                beat()
                self.stop.wait(pause.after(sent))
        finally:
            publish.close()

    def consume(self) -> None:
        topics = sorted({topic_of(event_type) for event_type in self.handlers})
        bootstrap = self.settings.kafka_bootstrap
        reader = kafka.new_consumer(bootstrap, self.service, topics)
        producer = kafka.Publisher(bootstrap, f"{self.service}-dead-letters")
        bury = consumer.burier(self.sessions, producer, self.service)
        beat = self.beat("consumer")
        counts: Counter[str] = Counter()
        seat = kafka.Seat()
        try:
            while not self.stop.is_set():
                seat.require(reader)
                consumer.consume_batch(
                    reader,
                    self.sessions,
                    self.handlers,
                    group=self.service,
                    bury=bury,
                    counts=counts,
                )
                beat(lag=lambda: self.watch.progress.note(kafka.standing(reader)), counts=counts)
        finally:
            kafka.close_consumer(reader)
            producer.close()

    def work(self) -> None:
        app = jobs.make_app(Context(self.sessions, self.settings), self.jobs, self.cron)
        beat = self.beat("jobs")

        def turned() -> None:
            with suppress(SQLAlchemyError):  # jobs that run are not broken off for this
                beat()

        jobs.run_jobs(app, self.stop, turned)

    def beat(self, loop: str) -> Beat:
        return Beat(self.sessions, loop, turned=partial(self.watch.turns, loop))


class Pause:
    """Grows while there is nothing to do, so that an idle loop costs next to nothing."""

    shortest, longest = 0.05, 0.5

    def __init__(self) -> None:
        self.seconds = 0.0

    def after(self, done: int) -> float:
        doubled = max(self.shortest, self.seconds * 2)
        self.seconds = 0.0 if done else min(doubled, self.longest)
        return self.seconds


def common_jobs(service: str) -> Jobs:
    """What every service does on a clock."""

    def sign_checkpoint(context: Context) -> None:
        with context.sessions.begin() as session:
            checkpoints.sign(session, service, context.settings.data)

    def purge_memory(context: Context) -> None:
        with context.sessions.begin() as session:
            before = db.clock(session) - KEPT
            for what in (outbox, inbox, idempotency):
                what.purge(session, before=before)

    return {"sign_checkpoint": sign_checkpoint, "purge_memory": purge_memory}
