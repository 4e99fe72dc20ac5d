"""Who opens or evaluates does not decide, and who decides does neither."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.database import Sessions, know, rows
from support.evaluating import REASON, key
from support.opened import an_opened_rfp, bids_by_vendor, declare, score
from support.pages import Browser
from support.rfps import EVALUATORS, PEOPLE, RFP_TYPED, an_rfp

from services.rfp.awards.persistence import awards
from services.rfp.evaluations.domain import Conflict
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Duty, Member, Rfp, errors
from services.rfp.tenders.persistence import committee, rfps
from shared.kernel import Actor


@pytest.fixture(autouse=True)
def _buyers_with_more_roles(sessions: Sessions, actors: dict[str, Actor]) -> None:
    for name, more in (("buyer", ("evaluator", "opener")), ("evaluator3", ("buyer",)),
                       ("opener1", ("buyer",))):  # fmt: skip
        actors[name] = replace(actors[name], roles=actors[name].roles | set(more))
    know(sessions, *actors.values())


@pytest.mark.parametrize("duty", ["evaluators", "openers"])
def test_a_buyer_cannot_name_themself(
    client: FlaskClient, plan: Plan, sessions: Sessions, duty: str
) -> None:
    page = Browser(client, "buyer")
    page.get(f"/admin/rfps/new?plan={plan.id}")
    own = {duty: [*PEOPLE[duty], str(an_id("buyer"))]}
    page.submit("/admin/rfps", 422, **(RFP_TYPED | own))
    assert "cannot serve on its committee" in page.text
    assert rows(sessions, rfps) == []


def test_a_draft_with_its_buyer_on_the_committee_is_not_published(plan: Plan) -> None:
    draft = an_rfp(plan, draft=True)
    draft.committee.append(Member(an_id("buyer"), Duty.EVALUATOR))
    obstacle = next(iter(draft.check_committee(Any)))  # type: ignore[arg-type]
    assert isinstance(obstacle, errors.BuyerOnCommittee)


@pytest.fixture
def evaluated(sessions: Sessions, plan: Plan) -> Rfp:
    """Evaluator 3, who is a buyer, too, has an actual conflict; the others have scored."""
    rfp = an_opened_rfp(sessions, plan)
    declare(sessions, "evaluator3", rfp, Conflict.ACTUAL, "My sister works there.")
    for who in EVALUATORS[:2]:
        score(sessions, who, rfp, {"huayun": "4", "nordwind": "3"})
    return rfp


def decisions(rfp: Rfp, bid_id: Any) -> list[tuple[str, dict[str, str]]]:
    lot = f"/api/v1/lots/{rfp.lots[0].id}"
    return [(f"{lot}/award", {"bid_id": str(bid_id), "reason": REASON}),
            (f"{lot}/closure", {"reason": REASON})]  # fmt: skip


@pytest.mark.parametrize("who", ["evaluator3", "opener1"])
def test_nobody_of_the_committee_decides(
    client: FlaskClient, sessions: Sessions, evaluated: Rfp, who: str
) -> None:
    bid_id = bids_by_vendor(sessions, evaluated)["huayun"]
    for url, sent in decisions(evaluated, bid_id):
        answer = client.post(url, json=sent, headers=bearer(who) | key())
        assert answer.status_code == 403, url
        assert answer.json["errors"] == {"code": "not_impartial"}
    form = f"/admin/awards/lots/{evaluated.lots[0].id}"
    for page in (form, f"{form}/closure"):
        Browser(client, who).get(page, 403)
    assert (
        "Award this lot" not in Browser(client, who).get(f"/admin/evaluations/{evaluated.id}").text
    )
    assert rows(sessions, awards) == []


def test_a_conflict_outlasts_the_seat(
    client: FlaskClient, sessions: Sessions, evaluated: Rfp
) -> None:
    """Off the committee they are a buyer like any other, but for what they have declared."""
    seat = (committee.c.rfp_id == evaluated.id) & (committee.c.person_id == an_id("evaluator3"))
    with sessions.begin() as session:
        session.execute(sa.delete(committee).where(seat))
    page = Browser(client, "evaluator3").get(f"/admin/evaluations/{evaluated.id}").text
    assert "you take no part in this evaluation" in page and "80.67" not in page
    url, sent = decisions(evaluated, bids_by_vendor(sessions, evaluated)["huayun"])[0]
    assert client.post(url, json=sent, headers=bearer("evaluator3") | key()).status_code == 403
    assert client.post(url, json=sent, headers=bearer("buyer") | key()).status_code == 201
