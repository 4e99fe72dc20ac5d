"""Files of a bid that has won, for both sides of the contract that names them."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, auditor, bearer, staff
from support.database import Sessions, rows
from support.evaluating import decrypted, give
from support.opened import an_evaluated_rfp, bids_by_vendor

from services.rfp.awards.persistence import awards
from services.rfp.awards.queries.staff import CONTRACT_READERS as READERS
from services.rfp.plans.domain import Plan
from shared.kernel import Actor, uuid7

SHA256 = "a" * 64


@pytest.fixture
def award_id(client: FlaskClient, sessions: Sessions, plan: Plan, actors: dict[str, Actor]) -> str:
    """Huayun's, whose file is decrypted."""
    actors |= {role: staff(role) for role in READERS if role != "auditor"}
    actors["outsider"] = replace(auditor("outsider"), organisation_id=an_id("office"))
    rfp = an_evaluated_rfp(sessions, plan)
    decrypted(client, sessions)
    give(client, rfp, bids_by_vendor(sessions, rfp)["huayun"])
    [row] = rows(sessions, awards)
    return str(row.id)


def test_all_who_read_the_contract_open_what_both_sides_accept(
    client: FlaskClient, award_id: str
) -> None:
    staff_url = f"/admin/awards/{award_id}/documents/{SHA256}"
    own_url = f"/portal/bids/awards/{award_id}/documents/{SHA256}"
    for url, who in [(staff_url, role) for role in READERS] + [(own_url, "huayun")]:
        answer = client.get(url, headers=bearer(who))
        assert answer.status_code == 200, who
        assert answer.data == b"%PDF-1.7\n"
        assert "huayun.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("who", "face", "status"),
    [("nordwind", "/portal/bids/awards", 404), ("stranger", "/portal/bids/awards", 404),
     ("buyer", "/portal/bids/awards", 403), ("huayun", "/admin/awards", 403),
     ("outsider", "/admin/awards", 404), ("operator", "/admin/awards", 403),
     ("admin", "/admin/awards", 403)],
)  # fmt: skip
def test_nobody_else_does(
    client: FlaskClient, award_id: str, who: str, face: str, status: int
) -> None:
    url = f"{face}/{award_id}/documents/{SHA256}"
    assert client.get(url, headers=bearer(who)).status_code == status
    assert client.get(url).status_code == 401


def test_only_files_of_the_bid_that_has_won(client: FlaskClient, award_id: str) -> None:
    for award, sha256 in ((uuid7(), SHA256), (award_id, "b" * 64), (award_id, "x")):
        url = f"/admin/awards/{award}/documents/{sha256}"
        assert client.get(url, headers=bearer("contract_manager")).status_code == 404
