"""Filling with the demo goes on where it was interrupted: nobody twice, no password lost."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo import chain, people
from deploy.demo.__main__ import wanted_warehouse
from deploy.demo.accounts import Accounts, everybody, organisations
from deploy.demo.api import Api, ApiError
from deploy.demo.journal import Journal
from deploy.demo.people import Account

FIRST = Account("admin@lingang.example", "secret", ["admin"], "lingang", "Admin")


class Product:
    """Enough of the gateway to hold organisations, people and clients; it dies once."""

    def __init__(self, dies_at: int = 0, *, answers: bool = False) -> None:
        self.dies_at, self.answers = dies_at, answers  # before or after it has done its work
        self.changes = 0
        self.made: dict[str, list[dict[str, Any]]] = {
            "organisations": [{"id": "o0", "slug": people.BUYER[1]}], "people": [], "clients": [],
        }  # fmt: skip
        self.passwords: dict[str, str] = {}
        self.fresh: Iterator[int] = count()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind, *rest = request.url.path.removeprefix("/api/v1/").split("/")
        if request.method == "GET":
            asked = request.url.params
            found = [each for each in self.made[kind] if asked.items() <= each.items()]
            return httpx.Response(200, json={"items": found})
        self.changes += 1
        if self.changes == self.dies_at and not self.answers:
            return httpx.Response(502)
        answer = self.renew(kind, rest[0]) if rest else self.make(kind, json.loads(request.content))
        return httpx.Response(502 if self.changes == self.dies_at else 201, json=answer)

    def make(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        made = {"id": f"{kind}{next(self.fresh)}", **body}
        self.made[kind].append(made)
        return made if kind == "organisations" else made | self.renew(kind, made["id"])

    def renew(self, kind: str, it: str) -> dict[str, Any]:
        self.passwords[it] = f"password {next(self.fresh)}"
        name = "password" if kind == "people" else "client_secret"
        return {name: self.passwords[it], "client_id": it}


def an_api(product: Any, journal: Journal | None = None) -> Api:
    api = Api("http://product", lambda: "token", journal)
    api.http = httpx.Client(base_url="http://product", transport=httpx.MockTransport(product))
    return api


def fill(product: Product, folder: Path) -> dict[str, Account]:
    admin, kept = an_api(product), Accounts(folder / "accounts.json", FIRST)
    ids = organisations(admin)
    made = everybody(admin, ids, kept)
    kept.client(admin, ids["callgrid"])
    return made


@pytest.mark.parametrize("answers", [False, True], ids=["before it acts", "before it answers"])
@pytest.mark.parametrize("dies_at", [2, 5, 14, 21, 22])
def test_everybody_is_there_once_and_can_sign_in(
    tmp_path: Path, dies_at: int, answers: bool
) -> None:
    product = Product(dies_at, answers=answers)
    with pytest.raises(ApiError):
        fill(product, tmp_path)
    made = fill(product, tmp_path)
    emails = [each["email"] for each in product.made["people"]]
    assert len(emails) == len(set(emails)) == len(made) == 18
    assert {each.id: each.password for each in made.values()} == {
        each["id"]: product.passwords[each["id"]] for each in product.made["people"]
    }
    assert len(product.made["organisations"]) == 4 and len(product.made["clients"]) == 1
    written = json.loads((tmp_path / "accounts.json").read_text())
    assert [each["email"] for each in written["accounts"]] == [FIRST.email, *emails]
    [client] = written["clients"]
    assert client["client_secret"] == product.passwords[client["client_id"]]


def test_who_is_known_keeps_their_password(tmp_path: Path) -> None:
    product = Product()
    first = fill(product, tmp_path)
    done = product.changes
    assert fill(product, tmp_path) == first and product.changes == done
    assert (tmp_path / "accounts.json").stat().st_mode & 0o77 == 0


class Steps:
    """Counts what was asked for; the call with this number fails, before or after its work."""

    def __init__(self, fails_at: int, *, answers: bool = False) -> None:
        self.fails_at, self.answers = fails_at, answers
        self.calls, self.done, self.keys = 0, list[str](), list[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        key = request.headers["Idempotency-Key"]
        if self.calls == self.fails_at and not self.answers:
            return httpx.Response(503)
        if key in self.keys:
            return httpx.Response(409)
        self.keys.append(key)
        self.done.append(request.url.path.removeprefix("/api/v1/"))
        if self.calls == self.fails_at:
            return httpx.Response(503)
        return httpx.Response(201, json={"number": len(self.done)})


def story(api: Api, journal: Journal) -> list[Any]:
    def together() -> Any:
        api.post("/opened")
        return api.post("/closed")

    before = [api.post("/same"), api.post("/same"), journal.whole("a deadline", together)]
    return [*before, api.put("/last", {})]


@pytest.mark.parametrize(
    ("fails_at", "done"),
    [
        (1, ["same", "same", "opened", "closed", "last"]),
        (2, ["same", "same", "opened", "closed", "last"]),
        (4, ["same", "same", "opened", "opened", "closed", "last"]),
        (5, ["same", "same", "opened", "closed", "last"]),
    ],
)
def test_steps_go_on_where_they_stopped(tmp_path: Path, fails_at: int, done: list[str]) -> None:
    product, file = Steps(fails_at), tmp_path / "journal.json"
    with pytest.raises(ApiError):
        tell(product, file)
    answers = tell(product, file)
    assert product.done == done
    assert tell(product, file) == answers and product.done == done


@pytest.mark.parametrize("fails_at", [1, 2, 5])
def test_what_was_done_without_an_answer_is_not_done_twice(tmp_path: Path, fails_at: int) -> None:
    product, file = Steps(fails_at, answers=True), tmp_path / "journal.json"
    with pytest.raises(ApiError):
        tell(product, file)
    tell(product, file)
    assert product.done == ["same", "same", "opened", "closed", "last"]


def test_a_conflict_at_the_first_try_is_a_fault(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.json")
    with pytest.raises(ApiError):
        an_api(lambda request: httpx.Response(409), journal).post("/same")


def tell(product: Steps, file: Path) -> list[Any]:
    journal = Journal(file)
    return story(an_api(product, journal), journal)


def test_a_journal_that_is_done_with_goes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.json")
    journal.once("this", lambda key, again: 1)
    assert journal.file.stat().st_mode & 0o77 == 0
    journal.close()
    journal.close()
    assert not journal.file.exists()


def test_the_plan_for_picking_speaks_of_picking() -> None:
    sent: list[dict[str, Any]] = []

    class Requester:
        def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
            sent.append(body)
            return {}

    asked: Any = {"requester": Requester()}
    chain.write_plan(asked, wanted_warehouse())
    text = json.dumps(sent, ensure_ascii=False)
    assert "Pickers 拣货员" in text and "call" not in text.lower() and "坐席" not in text
