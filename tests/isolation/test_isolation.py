"""Every URL asked by everybody: strangers are refused and read nothing, owners are not refused."""

import re
from collections.abc import Iterator
from itertools import product
from uuid import uuid4

import pytest

from isolation.actors import NORDWIND, OTHER_PARTNER, UNINVITED
from isolation.cases import CASES, OPEN, PLACES_OF
from isolation.matrix import UUID, Case, shown
from isolation.run import COUNTS, Matrix, Tally
from isolation.scene import Scene
from isolation.sender import Sender

pytestmark = pytest.mark.stack
# Whoever is admitted to these is told of a thing of others that it is unknown.
SAID_IN_OTHER_WORDS = (
    "DELETE /api/v1/lots/{free_lot}/files/{draft_file}",
    "POST /api/v1/measurements",
)
OUTSIDERS = (*NORDWIND, *UNINVITED, OTHER_PARTNER)


def test_what_belongs_to_others_looks_like_what_never_was(scene: Scene, sender: Sender) -> None:
    """Or the answer would say that it exists. Asked before owners use anything up."""
    never = {name: text_that_never_was(text) for name, text in scene.places.items()}
    one_file = scene.places | {"draft_file": never["draft_file"]}  # on a lot that is there
    differ = [
        f"{who}: {case.label}"
        for case in CASES
        if case.has_places and not case.is_internal
        for who in OUTSIDERS
        if who not in case.admits or case.name in SAID_IN_OTHER_WORDS
        for other in [one_file if "draft_file" in case.path else never]
        if status(scene, sender, case, scene.places, who) != status(scene, sender, case, other, who)
    ]
    assert differ == []


def text_that_never_was(text: str) -> str:
    return re.sub(UUID, str(uuid4()), text) if re.fullmatch(UUID, text) else text


def status(scene: Scene, sender: Sender, case: Case, places: dict[str, str], who: str) -> int:
    return sender.ask(scene.company.actors[who], case.at(places)).status


@pytest.fixture(scope="module")
def tally(scene: Scene, sender: Sender) -> Tally:
    made = Matrix(scene, sender).run(CASES)
    COUNTS["urls"] = len(made.urls)
    COUNTS["pairs_of_url_and_actor"] = made.pairs
    COUNTS["of_them_to_be_refused"] = made.refused
    COUNTS["repeated_by_the_owner"] = made.owners
    COUNTS["changes_by_the_owner_below_400"] = made.changes
    COUNTS["secrets_sought_in_each_answer"] = len(scene.secrets)
    COUNTS["leaks"] = sum(each.kind in ("admitted", "shown") for each in made.findings)
    return made


def found(tally: Tally, kind: str) -> list[str]:
    return sorted(str(each) for each in tally.findings if each.kind == kind)


def test_strangers_are_refused(tally: Tally) -> None:
    assert found(tally, "admitted") == []


def test_no_answer_shows_what_its_reader_may_not_know(tally: Tally) -> None:
    assert found(tally, "shown") == []


def test_whoever_may_is_not_refused(tally: Tally) -> None:
    assert found(tally, "refused") == []


def test_what_must_not_leak_is_there(tally: Tally) -> None:
    assert found(tally, "missing") == []


def test_enough_was_asked(tally: Tally) -> None:
    assert len(tally.urls) > 280 and tally.refused > 7_000


def open_paths(service: str) -> Iterator[str]:
    """What asks nobody who they are, of one service; folders with what stands in them."""
    for name in OPEN:
        if name.startswith("GET ") and not name.endswith("/"):
            yield name.removeprefix("GET ")
    yield from ("/health/live", "/health/ready", f"/api/v1/openapi/{service}.json")


def test_what_is_open_shows_nothing_of_anybody(scene: Scene, sender: Sender) -> None:
    """Through the edge, and straight from each service, where figures and keys are to be had."""
    nobody, answered = scene.company.actors["nobody"], 0
    for service, direct in product(PLACES_OF, (False, True)):
        for path in (*open_paths(service), "/.well-known/api-catalog"):
            answer = sender.ask(nobody, Case(service, "GET", path, ("nobody",)), direct=direct)
            assert not list(shown("nobody", answer, scene.secrets)), (service, path)
            answered += answer.status == 200
    COUNTS["open_addresses_that_answered"] = answered


@pytest.mark.parametrize("path", ["/metrics", "/health/ready"])
@pytest.mark.parametrize("service", PLACES_OF)
def test_what_watches_a_service_is_answered(
    scene: Scene, sender: Sender, service: str, path: str
) -> None:
    """Or the test above would look at nothing."""
    case = Case(service, "GET", path, ("nobody",))
    assert sender.ask(scene.company.actors["nobody"], case, direct=True).status == 200
