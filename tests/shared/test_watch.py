"""What a worker says on its private port: how its queues stand, and whether its loops turn."""

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import sqlalchemy as sa
from kafka import TopicPartition
from sqlalchemy.orm import sessionmaker
from support.database import Sessions
from support.edge_server import free_port
from support.figures import grows, read, require_no_ids
from support.messages import (
    ERASED,
    Cemetery,
    Consumer,
    an_event,
    consume,
    record,
    sent_messages,
)
from support.settings import environment

from shared import jobs, private, watch
from shared.config import ConfigError, ServiceSettings, service_settings
from shared.messaging import heartbeat
from shared.messaging.progress import Progress
from shared.metrics import timed_job
from shared.watch import Watch

JSON = "application/json"
TOPIC = "tandem.identity.events"


def figures(made: Watch) -> dict[str, float]:
    _, _, body = private.figures("rfp", made.state)
    samples = read(body)
    require_no_ids(samples)
    return {each.name: each.value for each in samples}


def test_the_state_is_that_of_the_operations_page(sessions: Sessions) -> None:
    record(sessions, an_event())
    heartbeat.Beat(sessions, "relay")()
    with sessions.begin() as session:
        jobs.defer(session, "greet", who=1)
    said = figures(Watch("rfp", sessions, ("relay",)))
    assert said["tandem_outbox_pending"] == 1 and said["tandem_outbox_parked"] == 0
    assert 0 <= said["tandem_outbox_oldest_age_seconds"] < 60
    assert 0 <= said["tandem_loop_age_seconds"] < 60
    assert said["tandem_database_up"] == 1 and said["tandem_dead_letters_waiting"] == 0


def test_without_its_database_a_worker_says_so_and_lives() -> None:
    away = sessionmaker(sa.create_engine("postgresql+psycopg://u:p@127.0.0.1:1/none"))
    made = Watch("rfp", away, ("relay",))
    said = figures(made)
    assert said["tandem_database_up"] == 0 and "tandem_outbox_pending" not in said
    assert made.live()[0] == 200 and made.ready()[0] == 503


def test_a_loop_that_does_not_turn_is_not_alive(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Watch("rfp", sessions, ("relay", "consumer"))
    assert made.live()[0] == made.ready()[0] == 200
    monkeypatch.setattr(watch, "STUCK_AFTER_S", -1)
    made.turned["relay"] += 60
    status, _, body = made.live()
    assert (status, json.loads(body)["loops"]) == (503, ["consumer"])
    assert made.ready()[0] == 503


def test_a_beat_tells_every_turn(sessions: Sessions) -> None:
    turns: list[int] = []
    beat = heartbeat.Beat(sessions, "relay", turned=lambda: turns.append(1))
    beat()
    beat()
    assert len(turns) == 2


def test_the_private_port_answers_three_addresses_and_nothing_else(sessions: Sessions) -> None:
    made = Watch("rfp", sessions, ("relay",))
    port = free_port()
    server = private.serve(made.door(), f"127.0.0.1:{port}")
    try:
        kinds = {"/metrics": "text/plain", "/health/live": JSON, "/health/ready": JSON}
        for path, kind in kinds.items():
            answer = httpx.get(f"http://127.0.0.1:{port}{path}")
            assert answer.status_code == 200 and answer.headers["Content-Type"].startswith(kind)
        for address in ("/", "/metrics/", "/internal/operations"):
            assert httpx.get(f"http://127.0.0.1:{port}{address}").status_code == 404
        assert httpx.post(f"http://127.0.0.1:{port}/metrics").status_code == 404
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_to_bind_is_checked(tmp_path: Path) -> None:
    given = environment(tmp_path)
    assert service_settings(ServiceSettings, "rfp", given).metrics_bind == ""
    made = service_settings(ServiceSettings, "rfp", given | {"METRICS_BIND": "127.0.0.1:9100"})
    assert made.metrics_bind == "127.0.0.1:9100"
    with pytest.raises(ConfigError, match="METRICS_BIND"):
        service_settings(ServiceSettings, "rfp", given | {"METRICS_BIND": "9100"})


def test_a_partition_with_messages_that_stands_still_has_stalled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    one, two = TopicPartition("t", 0), TopicPartition("t", 1)
    progress = Progress()
    assert progress.note({one: (5, 9), two: (3, 3)}) == 4
    now[0] += 60
    progress.note({one: (5, 9), two: (3, 4)})
    assert progress.stalled() == {"t": 60} and progress.lags() == Counter(t=5)
    progress.note({one: (6, 9), two: (4, 4)})
    assert progress.stalled() == {"t": 0}
    assert progress.note({}) == 0 and progress.stalled() == {}


def test_messages_are_counted_by_type_and_outcome(sessions: Sessions) -> None:
    messages = sent_messages(sessions, an_event()) * 2
    handlers = {ERASED: lambda session, event: None}
    handled, again = ({"type": ERASED, "outcome": each} for each in ("handled", "duplicates"))
    with grows("inbox_messages_total", **handled), grows("inbox_messages_total", **again):
        consume(Consumer(messages), sessions, Cemetery(), handlers)
    with grows("inbox_messages_total", by=2, type="other", outcome="unknown"):
        consume(Consumer(messages), sessions, Cemetery(), {})


def test_what_others_write_into_headers_names_nothing(sessions: Sessions) -> None:
    [message] = sent_messages(sessions, an_event())
    odd = SimpleNamespace(**vars(message) | {"headers": [("ce_type", b"\xff"), ("ce_time", b"x")]})
    with grows("inbox_messages_total", type="other", outcome="buried"):
        consume(Consumer([odd]), sessions, Cemetery(), {})


def test_the_age_of_events_and_the_wait_for_kafka_are_timed(sessions: Sessions) -> None:
    with grows("outbox_ack_seconds_count", topic=TOPIC):
        [message] = sent_messages(sessions, an_event())
    with grows("event_age_seconds_count", topic=TOPIC):
        consume(Consumer([message]), sessions, Cemetery(), {})


def test_a_job_counts_whether_it_fails_or_not() -> None:
    with grows("job_runs_total", task="greet", outcome="done"), timed_job("greet"):
        pass
    failed = grows("job_runs_total", task="greet", outcome="failed")
    timed = grows("job_seconds_count", task="greet")
    with failed, timed, pytest.raises(ZeroDivisionError), timed_job("greet"):
        raise ZeroDivisionError


def test_a_beat_adds_what_was_counted(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_S", 0)
    counts, beat = Counter({"handled": 2, "unknown": 1}), heartbeat.Beat(sessions, "consumer")
    beat(lag=lambda: 7, counts=counts)
    counts.update({"unknown": 3})
    beat(lag=lambda: 0, counts=counts)
    beat(counts=counts)
    with sessions.begin() as session:
        [said] = heartbeat.states(session)
    told = {name: said[name] for name in heartbeat.COUNTS}
    assert told == {"handled": 2, "unknown": 4, "duplicates": 0, "buried": 0}
