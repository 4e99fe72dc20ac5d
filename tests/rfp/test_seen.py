"""What somebody decides on is what they have read; and two who write do not lose each other's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions, rows
from support.pages import Browser
from support.rfps import NOW, a_plan, an_rfp, stored

from services.rfp.plans.domain import Plan, PlanState
from services.rfp.plans.persistence import load_plan, plans
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import load_rfp, rfps
from shared.audit import audit_entries
from shared.kernel import Actor


@contextmanager
def changing(sessions: Sessions, thing: Plan | Rfp) -> Iterator[Any]:
    load: Any = load_plan if isinstance(thing, Plan) else load_rfp
    with sessions.begin() as session:
        yield load(session, thing.id)


@pytest.fixture
def submitted(sessions: Sessions) -> Plan:
    plan: Plan = stored(sessions, a_plan(state=PlanState.SUBMITTED))
    return plan


class TestPlan:
    def test_an_approver_decides_on_what_they_saw(
        self, client: FlaskClient, sessions: Sessions, submitted: Plan
    ) -> None:
        approver = Browser(client, "approver")
        approver.get(f"/admin/plans/{submitted.id}")
        with changing(sessions, submitted) as plan:
            plan.lines[0].amount += 1
        approver.submit("/decision", 409, decision="approve", reason="Fine as it is.")
        assert "has been changed since you saw it" in approver.text
        assert "Fine as it is." in approver.text and "90,001" in approver.text
        assert rows(sessions, plans, id=submitted.id)[0].state == "submitted"
        approver.submit("/decision", decision="approve")
        assert rows(sessions, plans, id=submitted.id)[0].state == "approved"
        [entry] = [e for e in rows(sessions, audit_entries) if e.action == "plan_approved"]
        assert len(entry.detail["sha256"]) == 64

    def test_by_api(self, client: FlaskClient, sessions: Sessions, submitted: Plan) -> None:
        url = f"/api/v1/plans/{submitted.id}"
        seen = client.get(url, headers=bearer("approver")).json["sha256"]
        with changing(sessions, submitted) as plan:
            plan.title = "Night desk"
        sent = {"decision": "approve", "seen": seen}
        refused = client.post(f"{url}/decision", json=sent, headers=bearer("approver"))
        assert refused.status_code == 409 and refused.json["errors"] == {"code": "plan_changed"}
        sent["seen"] = client.get(url, headers=bearer("approver")).json["sha256"]
        done = client.post(f"{url}/decision", json=sent, headers=bearer("approver"))
        assert done.status_code == 204

    @pytest.mark.parametrize("locale", ["en", "zh-Hans"])
    def test_two_who_write_see_each_others_words(
        self, client: FlaskClient, sessions: Sessions, actors: dict[str, Actor], locale: str
    ) -> None:
        actors["requester"] = replace(actors["requester"], locale=locale)
        draft: Plan = stored(sessions, a_plan(state=PlanState.DRAFT))
        page = Browser(client, "requester")
        page.get(f"/admin/plans/{draft.id}/edit")
        with changing(sessions, draft) as plan:
            plan.scope_in = "Calls only"
        page.submit("/edit", 409, title="My own words")
        assert 'value="My own words"' in page.text and "Calls only" in page.text
        assert rows(sessions, plans, id=draft.id)[0].title == "Service desk"
        assert ("Nothing of yours was saved" in page.text) is (locale == "en")
        page.submit("/edit")
        [kept] = rows(sessions, plans, id=draft.id)
        assert (kept.title, kept.scope_in) == ("My own words", "Calls and mails of staff")

    def test_rewriting_by_api(self, client: FlaskClient, sessions: Sessions) -> None:
        draft: Plan = stored(sessions, a_plan(state=PlanState.DRAFT))
        url = f"/api/v1/plans/{draft.id}"
        read = client.get(url, headers=bearer("requester")).json
        body = {name: read[name] for name in (
            "title", "objectives", "scope_in", "starts_on", "ends_on", "currency",
            "cost_ceiling", "contingency", "lines")}  # fmt: skip
        first = client.put(f"{url}?seen={read['sha256']}", json=body | {"title": "One"},
                           headers=bearer("requester"))  # fmt: skip
        assert first.status_code == 200 and first.json["sha256"] != read["sha256"]
        late = client.put(f"{url}?seen={read['sha256']}", json=body, headers=bearer("requester"))
        assert late.status_code == 409 and late.json["errors"] == {"code": "plan_changed"}


class TestRfp:
    @pytest.fixture
    def draft(self, sessions: Sessions, plan: Plan) -> Rfp:
        """Its deadline is a full minute, as forms say it."""
        deadline_at = (NOW + timedelta(days=1)).replace(second=0)
        rfp: Rfp = stored(sessions, an_rfp(plan, draft=True, deadline_at=deadline_at))
        return rfp

    def test_a_buyer_publishes_what_they_saw(
        self, client: FlaskClient, sessions: Sessions, draft: Rfp
    ) -> None:
        buyer = Browser(client, "buyer")
        own: Any = client.application.extensions
        own["settings"] = replace(own["settings"], least_lead=timedelta(0))
        buyer.get(f"/admin/rfps/{draft.id}")
        with changing(sessions, draft) as rfp:
            rfp.lots[0].description = "Nights, too"
        buyer.submit("/publication", 409)
        assert "has been changed since you saw it" in buyer.text and "Nights, too" in buyer.text
        assert rows(sessions, rfps, id=draft.id)[0].published_at is None
        buyer.submit("/publication")
        assert rows(sessions, rfps, id=draft.id)[0].published_at

    def test_by_api(self, client: FlaskClient, sessions: Sessions, draft: Rfp) -> None:
        url = f"/api/v1/rfps/{draft.id}"
        seen = client.get(url, headers=bearer("buyer")).json["sha256"]
        assert client.get(url, headers=bearer("buyer")).json["sha256"] == seen
        with changing(sessions, draft) as rfp:
            rfp.criteria[0].weight, rfp.criteria[1].weight = 25, 20
        late = client.post(f"{url}/publication?seen={seen}", headers=bearer("buyer"))
        assert late.status_code == 409 and late.json["errors"] == {"code": "rfp_changed"}

    def test_two_who_write_see_each_others_words(
        self, client: FlaskClient, sessions: Sessions, draft: Rfp
    ) -> None:
        page = Browser(client, "buyer")
        page.get(f"/admin/rfps/{draft.id}/edit")
        with changing(sessions, draft) as rfp:
            rfp.description = "In three languages"
            rfp.lots[1].title = "Third level"
        page.submit("/edit", 409, title="My own words")
        assert 'value="My own words"' in page.text and "In three languages" in page.text
        told = page.text.split("Nothing of yours was saved")[1].split("</dl>")[0]
        assert "Lots" in told and "Title" in told and "Milestones" not in told
        assert "Bids close" not in told and "Openers" not in told and "Criteria" not in told
        page.submit("/edit")
        [kept] = rows(sessions, rfps, id=draft.id)
        assert (kept.title, kept.description) == ("My own words", draft.description)
