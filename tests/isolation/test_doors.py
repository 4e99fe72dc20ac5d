"""Ways around the edge, tokens that are for others, and credentials in the wrong place."""

import base64
import json
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from support.stack import RunningStack

from gateway.keys import Ring
from gateway.tokens import Minter
from isolation.actors import NOBODY, PAGE, Actor
from isolation.cases import CASES, PLACES_OF
from isolation.matrix import Case
from isolation.run import COUNTS
from isolation.scene import Scene
from isolation.sender import AUDIENCES, OWN_PAGE, Sender

pytestmark = pytest.mark.stack
INSIDE = [case for case in CASES if case.is_internal]
OUTSIDE = [case for case in CASES if not case.is_internal]


def test_nothing_internal_is_reached_through_the_edge(scene: Scene, sender: Sender) -> None:
    reached = []
    for case in INSIDE:
        for who in ("admin", "operator", NOBODY):
            actor = scene.company.actors[who]
            for proof in (actor.proof("api"), actor.proof(PAGE)):
                answer = sender.send(case.at(scene.places), actor.csrf, proof | OWN_PAGE)
                reached += [(who, case.label, answer.status)] * (answer.status != 404)
    assert reached == []
    COUNTS["internal_urls_asked_through_the_edge"] = len(INSIDE) * 6


def test_services_refuse_tokens_that_are_not_for_them(scene: Scene, sender: Sender) -> None:
    """Every URL of every service, with a token of its administrator for another service."""
    admitted: list[str] = []
    for case in CASES:
        proof = sender.internal_proof(scene.company.actors["admin"], another(case.service))
        admitted += refusals_missing(scene, sender, case, {"another audience": proof})
    assert admitted == []
    COUNTS["urls_asked_with_a_token_for_another_service"] = len(CASES)


def test_services_refuse_what_is_no_token_of_ours(
    scene: Scene, sender: Sender, stack: RunningStack
) -> None:
    admitted: list[str] = []
    for case in INSIDE:
        proofs = dict(faulty(scene.company.actors["admin"], case.service, stack))
        admitted += refusals_missing(scene, sender, case, proofs)
    assert admitted == []
    COUNTS["internal_urls_asked_with_faulty_tokens"] = len(INSIDE) * len(proofs)


def refusals_missing(
    scene: Scene, sender: Sender, case: Case, proofs: dict[str, dict[str, str]]
) -> Iterator[str]:
    base = sender.services[case.service]
    for what, proof in proofs.items():
        answer = sender.send(case.at(scene.places), "", proof, base)
        if answer.status != 401:
            yield f"{what}: {case.label}: {answer.status}"


def another(service: str) -> str:
    return next(each for each in PLACES_OF if each != service)


def faulty(admin: Actor, service: str, stack: RunningStack) -> Iterator[tuple[str, dict[str, str]]]:
    """None, too old, unsigned, signed by a stranger, from another issuer, and one for the API."""
    assert admin.identity
    ring, audience = Ring.of(stack.data, "internal"), AUDIENCES.get(service, service)
    yield "no token", {}
    late = Minter(ring, stack.base_url, now=lambda: time.time() - 600)
    yield "expired", bearing(late.token(admin.identity, audience))
    good = Minter(ring, stack.base_url).token(admin.identity, audience)
    yield "unsigned", bearing(unsigned(good))
    yield "changed", bearing(good[:-8] + "AAAAAAAA")
    stranger = Minter(Ring.of(stack.data / "tmp" / uuid4().hex, "internal"), stack.base_url)
    yield "a stranger's", bearing(stranger.token(admin.identity, audience))
    elsewhere = Minter(ring, "https://elsewhere.example")
    yield "another issuer's", bearing(elsewhere.token(admin.identity, audience))
    yield "for the API", bearing(admin.bearer)


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def unsigned(token: str) -> str:
    """The same claims under `alg: none`."""
    header = json.dumps({"alg": "none", "typ": "at+jwt"}).encode()
    start = base64.urlsafe_b64encode(header).rstrip(b"=").decode()
    return f"{start}.{token.split('.')[1]}."


def test_a_cookie_opens_no_api_and_a_token_no_page(scene: Scene, sender: Sender) -> None:
    admitted = []
    for case in OUTSIDE:
        actor = scene.company.actors[case.owner if ".client" not in case.owner else "admin"]
        wrong = actor.proof(PAGE) if case.way == "api" else actor.proof("api")
        answer = sender.send(case.at(scene.places), actor.csrf, wrong | OWN_PAGE)
        to_login = answer.status == 303 and answer.location.startswith("/login")
        if answer.status != 401 and not (to_login and case.way == PAGE):
            admitted.append((case.label, answer.status))
    assert admitted == []
    COUNTS["urls_asked_with_the_other_credential"] = len(OUTSIDE)
