from typing import Any

import pytest
from flask.testing import FlaskClient
from support.database import Sessions, rows
from support.pages import Browser
from support.rfps import PEOPLE, RFP_TYPED, a_plan, stored

from services.rfp.plans.domain import Plan, PlanState
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import rfps, sla_targets


def level(minimum: str = "90", **tiers: str) -> dict[str, str]:
    typed = {f"sla_targets-0-tiers-{name}": value for name, value in tiers.items()}
    return typed | {"sla_targets-0-minimum": minimum}


class TestWriting:
    @pytest.mark.parametrize("htmx", [False, True])
    def test_a_draft_is_made_mended_and_published(
        self, client: FlaskClient, sessions: Sessions, plan: Plan, htmx: bool
    ) -> None:
        buyer = Browser(client, "buyer", htmx=htmx)
        assert "No RFPs yet" in buyer.get("/admin/rfps").text
        assert plan.number in buyer.get("/admin/rfps/new").text
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        assert 'value="Service desk"' in buyer.text and 'value="25"' in buyer.text
        few = RFP_TYPED | {"evaluators": PEOPLE["evaluators"][:2], "milestones-0-percent": "90"}
        buyer.submit("/admin/rfps", **few)
        assert "add up to 90, not to 100" in buyer.text and "at least 2 openers" in buyer.text
        assert "/publication" not in buyer.text
        [rfp] = rows(sessions, rfps)
        buyer.get(f"/admin/rfps/{rfp.id}/edit")
        form = buyer.form("/edit").fields
        assert form["sla_targets-0-tiers-0-to"] == ["95"] and len(form["invitees"]) == 2
        assert form["deadline_at"] == [RFP_TYPED["deadline_at"]]
        mended = {"milestones-0-percent": "100", "evaluators": PEOPLE["evaluators"]}
        buyer.submit("/edit", **mended)
        assert "Publish it to 2 vendors" in buyer.text
        buyer.submit("/publication")
        assert "Vendors prepare their bids" in buyer.text
        [target] = rows(sessions, sla_targets)
        assert target.tiers == [
            {"from": None, "to": "95", "percent": "10"},
            {"from": "95", "to": None, "percent": "0"},
        ]

    def test_the_tier_that_meets_the_target_may_be_left_out(
        self, client: FlaskClient, sessions: Sessions, plan: Plan
    ) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        two = {"0-to": "90", "0-percent": "10", "1-to": "95", "1-percent": "5"}
        buyer.submit("/admin/rfps", **RFP_TYPED | level(**two))
        assert "Publish it to 2 vendors" in buyer.text
        [target] = rows(sessions, sla_targets)
        assert target.tiers[2] == {"from": "95", "to": None, "percent": "0"}

    def test_all_faults_of_dates_and_tiers_are_told_before_publishing(
        self, client: FlaskClient, plan: Plan
    ) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        over = {"starts_on": "2025-01-01", "ends_on": "2025-02-01"}
        over |= {"milestones-0-due_on": "2020-01-01", "sla_targets-0-direction": "lower"}
        over |= {"sla_targets-0-unit": "other", "sla_targets-0-unit_named": "h"}
        over |= {"sla_targets-0-formula": "mean", "sla_targets-0-target": "2"}
        hours = {"0-to": "2", "0-percent": "0", "1-to": "4", "1-percent": "10"}
        buyer.submit("/admin/rfps", **RFP_TYPED | over | level(**hours, minimum="4"))
        for fault in (
            "The contract would end on 1 Feb 2025, before bids close",
            "within the period of the plan",
            "“Go-live” would be due on 1 Jan 2020, outside",
            "The tiers of “Calls answered” end at 4. Add a last tier",
            "credits 10 % on values that meet the target",
        ):
            assert fault in buyer.text, fault

    def test_rows_come_and_go_without_losing_what_was_typed(
        self, client: FlaskClient, plan: Plan
    ) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        sent: dict[str, Any] = buyer.form("/admin/rfps").fields | RFP_TYPED

        def press(name: str, value: str) -> None:
            answer = client.post(
                "/admin/rfps/rows", data=sent | {name: value}, headers=buyer.headers
            )
            buyer.keep(answer, 200)
            sent.clear()
            sent.update(buyer.form("/admin/rfps").fields)

        for rows_name, added in (
            ("lots", "lots-1-title"),
            ("milestones", "milestones-1-title"),
            ("sla_targets-0-tiers", "sla_targets-0-tiers-2-percent"),
            ("sla_targets", "sla_targets-1-tiers-1-percent"),
        ):
            assert added not in sent
            press("add", rows_name)
            assert added in sent, rows_name
        press("remove", "sla_targets-0-tiers-0")
        assert sent["sla_targets-0-tiers-0-percent"] == ["0"]
        press("remove", "sla_targets-0")
        press("remove", "lots-0")
        assert sent["lots-0-title"] == [""] and "lots-1-title" not in sent
        assert sent["title"] == [RFP_TYPED["title"]] and sent["openers"] == sorted(
            PEOPLE["openers"], key=sent["openers"].index
        )

    def test_what_the_form_says_may_be_missing_may_be_missing(
        self, client: FlaskClient, plan: Plan
    ) -> None:
        """Named before it is published; what is begun has to be complete."""
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        assert "Service levels, milestones and people may still be missing" in buyer.text
        optional = ("sla_targets", "milestones", *PEOPLE)
        given = {n: v for n, v in RFP_TYPED.items() if not n.startswith(optional)}
        buyer.submit("/admin/rfps", 422, **(given | {"milestones-0-title": "Go-live"}))
        assert 'id="milestones-0-due_on-error"' in buyer.text
        buyer.submit("/admin/rfps", **(given | {"milestones-0-title": ""}))
        for gap in ("add up to 0, not to 100", "Invite at least one vendor.", "needs at least 2"):
            assert gap in buyer.text

    def test_what_is_wrong_stands_beside_the_answer(self, client: FlaskClient, plan: Plan) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        wrong = {"title": "", "lots-0-title": "", "lots-0-description": "x", "deadline_at": "x"}
        wrong |= {"sla_targets-0-tiers-0-percent": "101", "criteria-1-weight": "a"}
        buyer.submit("/admin/rfps", 422, **(RFP_TYPED | wrong))
        for name in ("title", "lots-0-title", "sla_targets-0-tiers-0-percent", "criteria-1-weight"):
            assert f'id="{name}-error"' in buyer.text, name
        assert 'value="101"' in buyer.text and 'value="Go-live"' in buyer.text
        both = {"openers": [*PEOPLE["openers"], PEOPLE["evaluators"][0]]}
        buyer.submit("/admin/rfps", 422, **(RFP_TYPED | wrong | both | {
            "title": "x", "lots-0-title": "y", "deadline_at": RFP_TYPED["deadline_at"],
            "sla_targets-0-tiers-0-percent": "10", "criteria-1-weight": "25",
        }))  # fmt: skip
        assert "Nobody both opens bids and evaluates them." in buyer.text
        assert 'id="openers-error"' in buyer.text

    def test_a_form_sent_twice_makes_one_draft(
        self, client: FlaskClient, sessions: Sessions, plan: Plan
    ) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        sent = buyer.form("/admin/rfps").fields | RFP_TYPED
        both = [client.post("/admin/rfps", data=sent, headers=buyer.headers) for _ in range(2)]
        assert both[0].location == both[1].location and len(rows(sessions, rfps)) == 1

    def test_no_rfp_without_an_approved_plan(self, client: FlaskClient, sessions: Sessions) -> None:
        waits = stored(sessions, a_plan(state=PlanState.SUBMITTED))
        buyer = Browser(client, "buyer")
        assert "No plan is approved yet" in buyer.get("/admin/rfps/new").text
        assert "approved plan only" in buyer.get(f"/admin/rfps/new?plan={waits.id}", 409).text
        buyer.get("/admin/rfps/new?plan=x", 404)

    def test_a_published_rfp_has_no_form(self, client: FlaskClient, rfp: Rfp) -> None:
        refused = Browser(client, "buyer").get(f"/admin/rfps/{rfp.id}/edit", 409)
        assert "can no longer be changed" in refused.text


class TestUnits:
    row = "sla_targets-0-unit"

    def answered(self, client: FlaskClient, plan: Plan, **typed: str) -> Browser:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        buyer.submit("/admin/rfps", 422, **(RFP_TYPED | typed))
        return buyer

    def test_a_share_of_good_cases_is_in_percent_or_from_0_to_1(
        self, client: FlaskClient, plan: Plan
    ) -> None:
        hours = {self.row: "other", f"{self.row}_named": "percent"}
        assert "is in %, or from 0 to 1" in self.answered(client, plan, **hours).text
        shares = self.answered(client, plan, **{self.row: "share"})
        assert shares.text.count("From 0 to 1.") >= 3
        assert '<option value="share" selected>' in shares.text

    def test_what_is_missing_and_what_does_not_fit_are_named_at_once(
        self, client: FlaskClient, plan: Plan
    ) -> None:
        both = {self.row: "share", "sla_targets-0-title": "", "sla_targets-0-minimum": "x"}
        text = self.answered(client, plan, **both).text
        assert text.count("From 0 to 1.") >= 2
        assert "Service level 1 – What is measured: This is needed." in text
        assert "Service level 1 – Worst value allowed: Write a number such as 1234.50." in text

    def test_another_unit_has_a_name(
        self, client: FlaskClient, plan: Plan, sessions: Sessions
    ) -> None:
        mean = {"sla_targets-0-formula": "mean", self.row: "other"}
        assert "Name the unit." in self.answered(client, plan, **mean).text
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        buyer.submit("/admin/rfps", **(RFP_TYPED | mean | {f"{self.row}_named": "h"}))
        assert [target.unit for target in rows(sessions, sla_targets)] == ["h"]
        [rfp] = rows(sessions, rfps)
        buyer.get(f"/admin/rfps/{rfp.id}/edit")
        form = buyer.form("/edit").fields
        assert (form[self.row], form[f"{self.row}_named"]) == (["other"], ["h"])

    def test_the_price_takes_no_least_grade(self, client: FlaskClient, plan: Plan) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        names = [n for n, v in buyer.form("/admin/rfps").fields.items() if v == ["price"]]
        [name] = [n.removesuffix("-key") for n in names if n.endswith("-key")]
        buyer.submit("/admin/rfps", 422, **(RFP_TYPED | {f"{name}-minimum": "3"}))
        assert "The price is scored by the formula" in buyer.text
