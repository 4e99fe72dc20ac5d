"""What flows without anybody asking: notices, the relay, measurements."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from support.database import make_database

from bench.drive import drive, request
from bench.figures import Figures
from bench.scene import Scene, granted_metric
from deploy.demo.api import Api
from shared import db
from shared.messaging import kafka, outbox, relay
from shared.messaging.notices import notify

NOTICES, NOTICES_A_SECOND = 1_000, 100
RELAYED, TOPIC = 10_000, "bench.relay"
BATCHES, ROWS = 6, 5_000
SEEN = "SELECT params->>'number' FROM notices WHERE dedupe_key LIKE %s"


def notify_p99_ms(scene: Scene, figures: Figures) -> None:
    """From commit in rfp to the row that the reader's inbox shows, at 100 notices a second."""
    run, person = uuid4(), UUID(scene.person_id("operator"))
    committed: list[float] = []
    raiser = threading.Thread(target=raise_notices, args=(scene, run, person, committed))
    raiser.start()
    arrived = watch(scene, run)
    raiser.join()
    delays = sorted((arrived[n] - committed[n]) * 1000 for n in range(NOTICES))
    figures.note("notify_p50_ms", delays[NOTICES // 2])
    figures.note("notify_p99_ms", delays[int(NOTICES * 0.99)])


def raise_notices(scene: Scene, run: UUID, person: UUID, committed: list[float]) -> None:
    sessions = db.sessions(db.connect(scene.described["databases"]["rfp"], pool_size=1))
    began = time.monotonic()
    for number in range(NOTICES):
        time.sleep(max(0.0, began + number / NOTICES_A_SECOND - time.monotonic()))
        with sessions.begin() as session:
            notify(
                session,
                source="/tandem/rfp",
                to=[person],
                template="opening_due",
                subject_type="rfp",
                subject_id=run,
                path="/admin/rfps",
                now=datetime.now(UTC),
                dedupe=f"{run}:{number}",
                params={"number": str(number), "title": "bench"},
            )
        committed.append(time.monotonic())


def watch(scene: Scene, run: UUID) -> dict[int, float]:
    """When each notice was first seen, to ten milliseconds."""
    arrived: dict[int, float] = {}
    until = time.monotonic() + NOTICES / NOTICES_A_SECOND + 60
    url = scene.described["databases"]["notifications"]
    with psycopg.connect(url, autocommit=True) as connection:
        while len(arrived) < NOTICES:
            assert time.monotonic() < until, f"{len(arrived)} of {NOTICES} notices arrived"
            rows = connection.execute(SEEN, [f"opening_due:{run}:%"]).fetchall()
            seen = time.monotonic()
            for (number,) in rows:
                arrived.setdefault(int(number), seen)
            time.sleep(0.01)
    return arrived


class Relay:
    """The relay from a full outbox, beside a bare producer that sends the same messages."""

    def __init__(self, scene: Scene, figures: Figures) -> None:
        self.bootstrap, self.figures = scene.described["kafka_bootstrap"], figures
        superuser = scene.described["databases"]["superuser"]
        url = superuser.replace("postgresql://", "postgresql+psycopg://", 1)
        self.sessions = db.sessions(make_database(url, f"bench_relay_{uuid4().hex[:8]}"))
        self.make_topic()
        self.message = scene.stack.rows(
            "rfp", "SELECT headers, payload FROM outbox WHERE topic = 'tandem.rfp.events' LIMIT 1"
        )[0]

    def make_topic(self) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        if TOPIC not in admin.list_topics():
            admin.create_topics([NewTopic(TOPIC, num_partitions=3, replication_factor=1)])
        admin.close()

    def round(self) -> None:
        rows = self.rows()
        bare = self.bare(rows)
        self.fill(rows)
        ours = self.relay()
        self.figures.note("relay_bare_per_s", RELAYED / bare)
        self.figures.note("relay_per_s", RELAYED / ours)
        self.figures.note("relay_per_bare", bare / ours)

    def rows(self) -> list[dict[str, Any]]:
        headers, payload = self.message
        return [
            {
                "id": uuid4(),
                "topic": TOPIC,
                "subject": f"{number % 500}",
                "sequence": time.monotonic_ns() + number,
                "headers": headers,
                "payload": payload,
            }
            for number in range(RELAYED)
        ]

    def bare(self, rows: list[dict[str, Any]]) -> float:
        """Seconds of a producer with the same settings that waits for every acknowledgement."""
        producer = kafka.new_producer(self.bootstrap, "bench-bare")
        publisher = SimpleNamespace(producer=producer)
        began = time.perf_counter()
        futures = [
            kafka.Publisher.send(publisher, SimpleNamespace(**row))  # type: ignore[arg-type]
            for row in rows
        ]
        for future in futures:
            future.get(timeout=30)
        seconds = time.perf_counter() - began
        kafka.close_producer(producer)
        return seconds

    def fill(self, rows: list[dict[str, Any]]) -> None:
        with self.sessions.begin() as session:
            session.execute(outbox.outbox.insert(), rows)

    def relay(self) -> float:
        publish, sent = kafka.Publisher(self.bootstrap, "bench-relay"), 0
        began = time.perf_counter()
        while sent < RELAYED:
            with self.sessions.begin() as session:
                sent += relay.publish_pending(session, publish)
        seconds = time.perf_counter() - began
        publish.close()
        return seconds


class Ingest:
    """Measurements by API in batches, beside COPY of the same rows into an equal table."""

    def __init__(self, scene: Scene, figures: Figures) -> None:
        self.scene, self.figures = scene, figures
        client = scene.described["clients"][0]
        organisations = scene.people["admin"].get("/organisations")["items"]
        partner = next(each for each in organisations if each["slug"] == client["organisation"])
        self.metric_id = granted_metric(scene, partner["id"])
        self.partner = Api.of_client(
            scene.base_url, client["client_id"], client["client_secret"], "measurements:write"
        )

    def round(self) -> None:
        batches = [self.batch() for _ in range(BATCHES)]
        base_url, rows = self.scene.base_url, BATCHES * ROWS
        sent = [self.request(batch) for batch in batches]
        driven = drive(base_url, sent, connections=2)
        assert set(driven.statuses) == {201}, driven.last_body[:500]
        assert json.loads(driven.last_body) == {"accepted": ROWS, "repeated": 0}
        bare = self.copy(batches[0][0]["source"])
        self.figures.note("ingest_per_s", rows / driven.seconds)
        self.figures.note("ingest_copy_per_s", rows / bare)
        self.figures.note("ingest_per_copy", bare / driven.seconds)

    def batch(self) -> list[dict[str, str]]:
        began, run = datetime.now(UTC) - timedelta(days=9), uuid4().hex
        return [
            {
                "metric_id": self.metric_id,
                "source": self.run_name(),
                "external_id": f"{run}-{number}",
                "taken_at": (began + timedelta(seconds=number * 60)).isoformat(),
                "value": str(number % 2),
            }
            for number in range(ROWS)
        ]

    def run_name(self) -> str:
        return f"bench-{len(self.figures.rounds['ingest_per_s'])}"

    def request(self, batch: list[dict[str, str]]) -> bytes:
        return request(
            "POST",
            f"{self.scene.base_url}/api/v1/measurements",
            json.dumps({"measurements": batch}).encode(),
            Idempotency_Key=str(uuid4()),
            **self.partner.bearer(),
        )

    def copy(self, source: str) -> float:
        """Seconds of COPY into a table with the same columns, keys and indexes."""
        superuser = self.scene.described["databases"]["superuser"]
        dsn = psycopg.conninfo.make_conninfo(superuser, dbname="tandem_monitoring")
        with psycopg.connect(dsn) as connection:
            own = "SELECT * FROM measurements WHERE source = %s"
            rows = connection.execute(own, [source]).fetchall()
            assert len(rows) == BATCHES * ROWS
            connection.execute("CREATE TABLE bench_copy (LIKE measurements INCLUDING ALL)")
            connection.commit()
            began = time.perf_counter()
            with connection.cursor().copy("COPY bench_copy FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.commit()
            seconds = time.perf_counter() - began
            connection.execute("DROP TABLE bench_copy")
        return seconds
