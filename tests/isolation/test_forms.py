"""Whatever changes something proves that a page of ours sent it: without that its owner fails."""

from collections.abc import Iterator
from typing import Any

import pytest

from isolation.actors import PAGE, Actor
from isolation.cases import CASES
from isolation.matrix import Answer, Case
from isolation.run import COUNTS
from isolation.scene import Scene
from isolation.sender import OWN_PAGE, Sender

pytestmark = pytest.mark.stack
FORMS = [case for case in CASES if case.way == PAGE and not case.is_safe and not case.is_internal]
FOREIGN: dict[str, dict[str, str]] = {
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "a foreign origin": {"Origin": "https://elsewhere.example"},
    "no origin": {"Origin": "null"},
    "neither": {},
}


def forged(sender: Sender, owner: Actor, other: Actor, case: Case) -> Iterator[tuple[str, Answer]]:
    """As the owner's browser sends what a foreign page wrote."""
    cookie = owner.proof(PAGE)
    yield "no token", sender.send(case, "", cookie | OWN_PAGE)
    yield "another's token", sender.send(case, other.csrf, cookie | OWN_PAGE)
    for name, headers in FOREIGN.items():
        yield name, sender.send(case, owner.csrf, cookie | headers)


def test_a_forged_request_of_the_owner_is_refused(scene: Scene, sender: Sender) -> None:
    """The same request with the token and from our page succeeds in test_isolation."""
    actors: Any = scene.company.actors
    tried, admitted = 0, []
    for case in FORMS:
        other = actors["finance" if case.owner != "finance" else "legal"]
        for how, answer in forged(sender, actors[case.owner], other, case.at(scene.places)):
            tried += 1
            admitted += [f"{how}: {case.label}: {answer.status}"] * (answer.status != 403)
    assert admitted == []
    COUNTS["forged_requests_of_owners"] = tried
