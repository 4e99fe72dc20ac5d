"""Bids and openings that meet each other, on connections of their own."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker
from support.actors import bearer
from support.bids import lot_path, send_bid, send_file
from support.database import Sessions, events, make_database, rows, waits_since
from support.rfps import OPENERS, a_plan, an_rfp, rfp_actors, settle, stored
from support.settings import environment

from services.rfp.app import create_app
from services.rfp.bids.persistence import bid_drafts, bids, openings
from services.rfp.config import Settings
from services.rfp.metadata import metadata
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import load_rfp, rfps
from shared.config import service_settings
from shared.kernel import uuid7


@pytest.fixture(scope="module")
def committing(server: str) -> Iterator[Sessions]:
    """Sessions of a database in which everything stays: transactions see each other here."""
    engine = make_database(server, "rfp_concurrent_tests", metadata)
    made = sessionmaker(engine, expire_on_commit=False)
    settle(made, rfp_actors())
    yield made
    engine.dispose()


@pytest.fixture
def rfp(committing: Sessions) -> Rfp:
    return stored(committing, an_rfp(stored(committing, a_plan())))  # type: ignore[no-any-return]


@pytest.fixture
def connect(committing: Sessions, tmp_path: Path) -> Callable[[], FlaskClient]:
    settings = service_settings(Settings, "rfp", environment(tmp_path))
    app = create_app(settings, sessions=committing, identify=rfp_actors().get)
    return app.test_client


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Let `count` threads start together and collect what they return."""
    start, answers = threading.Barrier(count), []

    def run(number: int) -> None:
        start.wait()
        answers.append(act(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(answers) == count
    return answers


def of(rfp: Rfp) -> dict[str, Any]:
    return {"lot_id": rfp.lots[0].id}


def test_of_eight_bids_at_once_one_is_taken(
    connect: Callable[[], FlaskClient], rfp: Rfp, committing: Sessions
) -> None:
    answers = at_once(8, lambda _: send_bid(connect(), rfp, "huayun"))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert len(rows(committing, bids, **of(rfp))) == 1


def test_eight_bids_with_one_key_are_one_bid_with_one_receipt(
    connect: Callable[[], FlaskClient], rfp: Rfp, committing: Sessions
) -> None:
    key = uuid7()
    answers = at_once(8, lambda _: send_bid(connect(), rfp, "huayun", key=key))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(rows(committing, bids, **of(rfp))) == 1


def test_replacements_at_once_make_a_chain_with_one_end(
    connect: Callable[[], FlaskClient], rfp: Rfp, committing: Sessions
) -> None:
    send_bid(connect(), rfp, "huayun")
    answers = at_once(6, lambda _: send_bid(connect(), rfp, "huayun", method="PUT"))
    assert sorted(answer.json["version"] for answer in answers) == [2, 3, 4, 5, 6, 7]
    found = rows(committing, bids, **of(rfp))
    assert Counter(bid.state for bid in found) == {"replaced": 6, "submitted": 1}
    assert [bid.version for bid in found if bid.state == "submitted"] == [7]
    assert len({bid.received_at for bid in found}) == 7


def test_files_uploaded_at_once_are_all_in_the_draft(
    connect: Callable[[], FlaskClient], rfp: Rfp
) -> None:
    at_once(6, lambda n: send_file(connect(), rfp, "huayun", b"%d" % n, name=f"{n}.pdf"))
    draft = connect().get(lot_path(rfp, "draft"), headers=bearer("huayun")).json
    assert sorted(each["name"] for each in draft["files"]) == [f"{n}.pdf" for n in range(6)]


def test_a_bid_that_waited_for_the_lock_past_the_deadline_is_refused(
    connect: Callable[[], FlaskClient], rfp: Rfp, committing: Sessions
) -> None:
    with committing.begin() as session:
        soon: datetime = session.scalar(sa.text("SELECT clock_timestamp() + interval '1 second'"))
        session.execute(sa.update(rfps).where(rfps.c.id == rfp.id).values(deadline_at=soon))
    answers: list[Any] = []
    bidder = threading.Thread(target=lambda: answers.append(send_bid(connect(), rfp, "huayun")))
    with committing.begin() as other:
        load_rfp(other, rfp.id)
        bidder.start()
        since = waits_since(other, bidder.is_alive)
        assert since and since < soon, "the bid did not wait for the lock"
        other.execute(sa.text("SELECT pg_sleep_until(:at)"), {"at": soon})
    bidder.join(timeout=30)
    assert [answer.json["errors"] for answer in answers] == [{"code": "rfp_closed"}]
    assert rows(committing, bids, **of(rfp)) == []


def test_a_draft_that_waited_for_the_opening_is_refused(
    connect: Callable[[], FlaskClient], rfp: Rfp, committing: Sessions
) -> None:
    """It would come back after the opening has deleted all drafts."""
    answers: list[Any] = []
    path, sent = lot_path(rfp, "draft"), {"solution": "late"}

    def save() -> None:
        answers.append(connect().put(path, json=sent, headers=bearer("huayun")))

    writer = threading.Thread(target=save)
    with committing.begin() as opening:
        load_rfp(opening, rfp.id).opened_at = opening.scalar(sa.text("SELECT clock_timestamp()"))
        opening.flush()
        writer.start()
        assert waits_since(opening, writer.is_alive), "the draft did not wait for the opening"
        assert not answers
    writer.join(timeout=30)
    assert [answer.json["errors"] for answer in answers] == [{"code": "rfp_closed"}]
    assert rows(committing, bid_drafts, **of(rfp)) == []


def test_around_the_deadline_each_bid_is_in_time_or_refused(
    connect: Callable[[], FlaskClient], rfp: Rfp, committing: Sessions
) -> None:
    """Replacements run into the deadline: none that was acknowledged is late, and none is lost."""
    send_bid(connect(), rfp, "huayun")
    send_bid(connect(), rfp, "nordwind")
    with committing.begin() as session:
        soon: datetime = session.scalar(sa.text("SELECT clock_timestamp() + interval '1 second'"))
        session.execute(sa.update(rfps).where(rfps.c.id == rfp.id).values(deadline_at=soon))

    def keep_bidding(number: int) -> list[Any]:
        client, who, answers = connect(), ("huayun", "nordwind")[number % 2], []
        while not answers or answers[-1].status_code == 201:
            answers.append(send_bid(client, rfp, who, method="PUT"))
        return answers

    answers = [each for some in at_once(4, keep_bidding) for each in some]
    taken = [each.json for each in answers if each.status_code == 201]
    assert {each.status_code for each in answers} == {201, 409}
    assert all(datetime.fromisoformat(each["received_at"]) < soon for each in taken)
    kept = {(str(bid.id), bid.sha256) for bid in rows(committing, bids, **of(rfp))}
    assert {(each["id"], each["sha256"]) for each in taken} <= kept
    assert len(kept) == len(taken) + 2


def test_openers_who_confirm_at_once_open_once(
    connect: Callable[[], FlaskClient], rfp: Rfp, committing: Sessions
) -> None:
    send_bid(connect(), rfp, "huayun")
    with committing.begin() as session:
        past = session.scalar(sa.text("SELECT clock_timestamp()")) - timedelta(seconds=1)
        session.execute(sa.update(rfps).where(rfps.c.id == rfp.id).values(deadline_at=past))
    path = f"/api/v1/rfps/{rfp.id}/opening"
    answers = at_once(8, lambda n: connect().post(path, headers=bearer(OPENERS[n % 2])))
    assert Counter(answer.status_code for answer in answers) == {200: 2, 409: 6}
    states = [answer.json["state"] for answer in answers if answer.status_code == 200]
    assert sorted(states) == ["opened", "waiting"]
    assert len(rows(committing, openings, rfp_id=rfp.id)) == 2
    opened = [e for e in events(committing, "bids_opened") if e.subject == str(rfp.id)]
    assert len(opened) == 1
