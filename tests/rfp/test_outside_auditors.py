"""An auditor of another organisation sees what is named for them, and in rfp nothing is."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, auditor, bearer
from support.database import Sessions, know, rows
from support.evaluating import give
from support.opened import an_evaluated_rfp, bids_by_vendor
from support.rfps import an_rfp, stored

from services.rfp.awards.persistence import awards
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared.directory import learn, organisations
from shared.kernel import Actor

API = "/api/v1"


@pytest.fixture(autouse=True)
def _outsider(sessions: Sessions, actors: dict[str, Actor]) -> None:
    outsider = replace(auditor("outsider"), organisation_id=an_id("office"))
    actors["outsider"] = outsider
    know(sessions, outsider)
    office = {"kind": "auditor", "name": "Office", "slug": "office", "active": True}
    with sessions.begin() as session:
        learn(session, organisations, outsider.organisation_id, office, 2)


@pytest.fixture
def awarded(client: FlaskClient, sessions: Sessions, plan: Plan) -> Rfp:
    rfp = an_evaluated_rfp(sessions, plan)
    give(client, rfp, bids_by_vendor(sessions, rfp)["huayun"])
    return rfp


def single_things(rfp: Rfp, award_id: Any) -> list[str]:
    vendor = an_id("huayun-org")
    return [
        f"{API}/plans/{rfp.plan_id}",
        f"{API}/rfps/{rfp.id}",
        f"{API}/rfps/{rfp.id}/questions",
        f"{API}/rfps/{rfp.id}/opening",
        f"{API}/evaluations/{rfp.id}",
        f"{API}/awards/{award_id}",
        f"{API}/vendors/{vendor}",
        f"/admin/plans/{rfp.plan_id}",
        f"/admin/rfps/{rfp.id}",
        f"/admin/rfps/{rfp.id}/opening",
        f"/admin/rfps/{rfp.id}/opening/news",
        f"/admin/evaluations/{rfp.id}",
        f"/admin/awards/{award_id}",
        f"/admin/vendors/{vendor}",
    ]


def test_single_things_are_not_there_for_them(
    client: FlaskClient, sessions: Sessions, awarded: Rfp
) -> None:
    [award] = rows(sessions, awards)
    for path in single_things(awarded, award.id):
        assert client.get(path, headers=bearer("outsider")).status_code == 404, path
        assert client.get(path, headers=bearer("auditor")).status_code in (200, 204), path


@pytest.mark.parametrize("what", ["plans", "rfps", "evaluations", "awards", "vendors"])
def test_lists_are_empty_for_them(
    client: FlaskClient, sessions: Sessions, plan: Plan, awarded: Rfp, what: str
) -> None:
    stored(sessions, an_rfp(plan, title="Night shift"))
    own = {who: client.get(f"{API}/{what}", headers=bearer(who)) for who in ("auditor", "outsider")}
    assert own["auditor"].json["items"] and own["outsider"].json["items"] == []
    page = client.get(f"/admin/{what}", headers=bearer("outsider"))
    assert page.status_code == 200
    for secret in (awarded.number, plan.number, "Night shift", "huayun"):
        assert secret not in page.text
    assert client.get("/internal/work", headers=bearer("outsider")).json["items"] == []
