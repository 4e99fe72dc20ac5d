"""Before the opening nothing of a bid can be read anywhere: not on disk, in dumps, or on topics.

One bid is sent by API, one by page; each with canaries in text, price, file and the file's name.
The last tests plant a canary in each kind of place, and the search finds it there.
"""

import base64
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from support.canaries import Canaries, Search
from support.pages import Form, Forms
from support.stack import RunningStack
from support.story import Cast, a_wish, cast, settled
from support.topics import waiting

from deploy.demo import chain
from deploy.demo.people import Browser

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
CANARIES = Canaries()
DATABASES = ("gateway", "rfp", "contracts", "monitoring", "notifications")


@pytest.fixture(scope="module")
def who(stack: RunningStack) -> Iterator[Cast]:
    if "superuser" not in stack.described()["databases"]:
        pytest.skip("the database of this stack is somebody else's")
    with closing(cast(stack.described())) as made:
        yield made


@pytest.fixture(scope="module")
def rfp(who: Cast) -> dict[str, Any]:
    """Open for bids long enough for the search."""
    wanted = a_wish()
    plan = chain.write_plan(who.apis, wanted)
    chain.approve_plan(who.apis, plan["id"])
    invitees = [who.ids["huayun"], who.ids["nordwind"]]
    deadline_at = datetime.now(UTC) + timedelta(minutes=30)
    made = chain.draft_rfp(
        who.apis, plan["id"], wanted, deadline_at=deadline_at, invitees=invitees, committee=who.ids
    )
    chain.publish(who.apis, made["id"])
    return made


def a_file(how: str) -> bytes:
    """Larger than what is ever held in memory in one piece, with canaries all over."""
    return f"%PDF-1.7 {CANARIES.text(how)}\n".encode() * 20_000 + os.urandom(100_000)


@pytest.fixture(scope="module")
def sent_by_api(who: Cast, rfp: dict[str, Any]) -> dict[str, Any]:
    """A draft, a file, and a bid."""
    vendor, lot = who.apis["huayun.vendor_admin"], f"/lots/{rfp['lots'][0]['id']}"
    name = f"{CANARIES.text('api-name')}.pdf"
    file = vendor.upload(f"{lot}/files", name, a_file("api-file"))
    line = {"title": CANARIES.text("api-line"), "kind": "one_off", "quantity": "1"}
    body = {
        "solution": CANARIES.text("api-solution"),
        "lines": [line | {"unit_price": f"{CANARIES.price:.2f}"}],
        "promises": [{"target_id": rfp["sla_targets"][0]["id"], "value": "97.25"}],
        "files": [file["id"]],
    }
    vendor.put(f"{lot}/draft", body)
    receipt: dict[str, Any] = vendor.post(f"{lot}/bid", body)
    return receipt


class Pages:
    """A vendor at their pages, without a browser."""

    def __init__(self, who: Cast, name: str) -> None:
        self.browser = Browser(who.base_url, *who.passwords[name])

    def form(self, path: str) -> Form:
        page = self.browser.send("GET", path).text
        return next(form for form in Forms(page).forms if "/portal/bids/lots/" in form.action)

    def post(self, path: str, **sent: Any) -> str:
        answer = self.browser.send("POST", path, **sent)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])


@pytest.fixture(scope="module")
def sent_by_page(who: Cast, rfp: dict[str, Any]) -> str:
    """The form with its file, the check, and the bid. Answers the path of the receipt."""
    pages = Pages(who, "nordwind.vendor_admin")
    form = pages.form(f"/portal/bids/lots/{rfp['lots'][0]['id']}")
    typed = {
        "solution": CANARIES.text("page-solution"),
        "lines-0-title": CANARIES.text("page-line"),
        "lines-0-kind": "one_off",
        "lines-0-quantity": "1",
        "lines-0-unit_price": f"{CANARIES.price:.2f}",
        "promises-0-value": "97.25",
    }
    file = (f"{CANARIES.text('page-name')}.pdf", a_file("page-file"), "application/pdf")
    fields = {name: values[0] for name, values in form.fields.items()} | typed
    check = pages.post(f"{form.action}?step=check", data=fields, files={"file": file})
    assert check.endswith("/check")
    form = pages.form(urlsplit(check).path)
    return pages.post(form.action, data={name: values[0] for name, values in form.fields.items()})


@pytest.fixture(scope="module")
def settled_stack(
    stack: RunningStack, sent_by_api: dict[str, Any], sent_by_page: str
) -> RunningStack:
    """Both bids are in, what they caused was published, and all of it has reached the disk."""
    databases = stack.described()["databases"]
    settled(lambda: waiting(databases) == 0 or None, "an empty outbox")
    run_as_superuser(stack, "CHECKPOINT")
    return stack


def superuser(stack: RunningStack, database: str = "postgres") -> str:
    url = urlsplit(stack.described()["databases"]["superuser"])
    return urlunsplit(url._replace(path=f"/{database}"))


def names_of(stack: RunningStack) -> list[str]:
    urls = stack.described()["databases"]
    return [urlsplit(urls[name]).path.removeprefix("/") for name in DATABASES]


def run_as_superuser(
    stack: RunningStack, statement: str, *values: str, database: str = "postgres"
) -> None:
    with psycopg.connect(superuser(stack, database), autocommit=True) as connection:
        connection.execute(statement, values)


def test_both_bids_are_there(settled_stack: RunningStack, rfp: dict[str, Any]) -> None:
    query = "SELECT count(*), bool_and(length(envelope) > 4096) FROM bids WHERE lot_id = %s"
    assert settled_stack.rows("rfp", query, rfp["lots"][0]["id"]) == [(2, True)]


def test_nothing_of_them_is_on_any_disk(settled_stack: RunningStack) -> None:
    """Database files, WAL, files of the broker, storage, logs, mails, temporary files, keys."""
    assert Search(CANARIES).in_folders(settled_stack.data) == []


def test_nothing_of_them_is_in_a_dump(settled_stack: RunningStack) -> None:
    assert Search(CANARIES).in_dumps(superuser(settled_stack), *names_of(settled_stack)) == []


def test_nothing_of_them_is_on_a_topic(settled_stack: RunningStack) -> None:
    bootstrap = settled_stack.described()["kafka_bootstrap"]
    assert Search(CANARIES).in_topics(bootstrap) == []


def test_no_page_of_the_buyer_says_who_has_bid(
    settled_stack: RunningStack, who: Cast, rfp: dict[str, Any]
) -> None:
    opening = who.apis["opener1"].get(f"/rfps/{rfp['id']}/opening")
    assert opening["bids"] is None and opening["stage"] == "open"


WAYS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "base64 of utf-8": lambda text: base64.b64encode(b"x" + text.encode()),
}


class TestPlants:
    """Each draws canaries of its own and takes them away again."""

    @pytest.mark.parametrize("folder", ["logs", "storage/rfp", "tmp", "mail"])
    @pytest.mark.parametrize("form", WAYS)
    def test_in_a_file(self, stack: RunningStack, folder: str, form: str) -> None:
        canaries = Canaries()
        place = stack.data / folder / f"planted-{secrets.token_hex(4)}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(os.urandom(5000) + WAYS[form](canaries.text("planted")))
        try:
            hits = Search(canaries).in_folders(place.parent)
        finally:
            place.unlink()
        assert {hit.place for hit in hits} == {str(place)}
        assert form in {hit.form for hit in hits}

    def test_in_a_table_and_so_in_database_files_and_dumps(
        self, stack: RunningStack, who: Cast
    ) -> None:
        canaries, name = Canaries(), f"planted_{secrets.token_hex(4)}"
        database = names_of(stack)[1]
        run_as_superuser(
            stack, f"CREATE TABLE {name} (price numeric, said bytea)", database=database
        )
        try:
            values = (f"{canaries.price:.2f}", canaries.text("planted"))
            insert = f"INSERT INTO {name} VALUES (%s::numeric, convert_to(%s, 'UTF8'))"
            run_as_superuser(stack, insert, *values, database=database)
            run_as_superuser(stack, "CHECKPOINT")
            search = Search(canaries)
            files = search.in_folders(cluster(stack) / "base")
            dumped = search.in_dumps(superuser(stack), database)
        finally:
            run_as_superuser(stack, f"DROP TABLE {name}", database=database)
        assert {hit.form for hit in files} == {"utf-8"}
        assert {hit.form for hit in dumped} == {"utf-8", "hexadecimal"}

    def test_in_the_wal(self, stack: RunningStack, who: Cast) -> None:
        canaries = Canaries()
        emit = "SELECT pg_logical_emit_message(false, 'planted', %s)"
        run_as_superuser(stack, emit, canaries.text("planted"))
        assert Search(canaries).in_folders(cluster(stack) / "pg_wal")

    def test_on_a_topic_where_it_is_compressed(self, stack: RunningStack) -> None:
        canaries, topic = Canaries(), f"planted-{secrets.token_hex(4)}"
        bootstrap = stack.described()["kafka_bootstrap"]
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
        try:
            producer = KafkaProducer(bootstrap_servers=bootstrap, compression_type="lz4")
            said = " ".join([canaries.text("planted")] * 100).encode()
            producer.send(topic, key=b"x", value=said).get(timeout=30)
            producer.close()
            hits = Search(canaries).in_topics(bootstrap)
        finally:
            admin.delete_topics([topic])
            admin.close()
        assert {hit.place for hit in hits} == {f"topic {topic}"}


def cluster(stack: RunningStack) -> Path:
    [(folder,)] = stack.rows("superuser", "SHOW data_directory")
    return Path(str(folder))
