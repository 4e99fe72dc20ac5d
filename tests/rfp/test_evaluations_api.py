"""Evaluation and award through the API, and who may not, by API and page."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.database import Sessions, rows
from support.evaluating import REASON, Json, decrypted, give, key, path, sent_scores
from support.opened import an_evaluated_rfp, an_opened_rfp, bids_by_vendor, declare
from support.rfps import EVALUATORS

from services.rfp.awards.persistence import awards
from services.rfp.evaluations.domain import Conflict
from services.rfp.evaluations.persistence import scores
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared.kernel import uuid7

FIRST, SECOND, THIRD = EVALUATORS


@pytest.fixture
def opened(sessions: Sessions, plan: Plan) -> Rfp:
    return an_opened_rfp(sessions, plan)


@pytest.fixture
def evaluated(sessions: Sessions, plan: Plan) -> Rfp:
    return an_evaluated_rfp(sessions, plan)


class TestApi:
    def test_the_whole_way_from_declaration_to_award(
        self, client: FlaskClient, opened: Rfp, sessions: Sessions
    ) -> None:
        rfp, bids = f"/api/v1/rfps/{opened.id}", bids_by_vendor(sessions, opened)
        for who in EVALUATORS:
            me = {"headers": bearer(who)}
            none = {"conflict": "none", "text": ""}
            assert client.post(f"{rfp}/declaration", json=none, **me).status_code == 204
            sheet = sent_scores(client, who, opened, "4.5")
            assert len(sheet["scores"]) == 8
            assert client.put(f"{rfp}/scores", json=sheet, **me).status_code == 204
            assert client.post(f"{rfp}/scores/submission", **me).status_code == 204
        buyer = bearer("buyer")
        found: Any = client.get(f"/api/v1/evaluations/{opened.id}", headers=buyer).json
        assert found["part"] == "compare" and found["evaluated_at"]
        first, second = found["lots"][0]["ranking"]
        assert (first, second) == (str(bids["nordwind"]), str(bids["huayun"]))
        [best] = [bid for bid in found["bids"] if bid["bid_id"] == first]
        assert (best["rank"], best["total"], best["price"]) == (1, "92.00", "1100000.00")
        assert best["organisation_id"] == str(an_id("nordwind-org"))
        assert best["working"] == "18.00 + 22.50 + 13.50 + 18.00 + 20.00 = 92.00"
        by_criterion = {each["criterion_id"]: each for each in best["figures"]}
        [price] = [each["id"] for each in found["criteria"] if each["is_price"]]
        assert by_criterion[price]["working"] == "1,100,000 ÷ 1,100,000 × 20 = 20.00"
        lot = found["lots"][0]["lot_id"]
        sent = {"bid_id": first, "reason": REASON}
        made = client.post(f"/api/v1/lots/{lot}/award", json=sent, headers=buyer | key())
        assert made.status_code == 201 and made.json
        assert made.json["value"] == {"amount": "1100000.00", "currency": "CNY"}
        shown = client.get(f"/api/v1/awards/{made.json['id']}", headers=buyer)
        assert shown.json == made.json and made.json["against_ranking"] is False
        listed: Any = client.get("/api/v1/awards", headers=bearer("auditor")).json
        assert [each["id"] for each in listed["items"]] == [made.json["id"]]

    def test_an_evaluator_sees_no_bid_before_the_declaration(
        self, client: FlaskClient, opened: Rfp
    ) -> None:
        url = f"/api/v1/evaluations/{opened.id}"
        before: Any = client.get(url, headers=bearer(FIRST)).json
        assert before["part"] == "declare"
        assert {bid["organisation"] for bid in before["bids"]} == {"huayun", "nordwind"}
        assert "answers" not in str(before["bids"]) and "132000" not in str(before)
        early = client.put(
            f"/api/v1/rfps/{opened.id}/scores", json={"scores": []}, headers=bearer(FIRST)
        )
        assert early.status_code == 403 and early.json
        assert early.json["errors"] == {"code": "declaration_missing"}
        none = {"conflict": "none"}
        client.post(f"/api/v1/rfps/{opened.id}/declaration", json=none, headers=bearer(FIRST))
        after: Any = client.get(url, headers=bearer(FIRST)).json
        assert after["part"] == "score" and "answers" in after["bids"][0]["solution"]
        assert all(bid.get("price") is None for bid in after["bids"])

    @pytest.mark.parametrize("grade", ["5.1", "-1", "4.55", "NaN", "many", "1e1", True, ["4"]])
    def test_a_wrong_grade_is_refused_never_rounded(
        self, client: FlaskClient, opened: Rfp, sessions: Sessions, grade: Any
    ) -> None:
        declare(sessions, FIRST, opened)
        url, me = f"/api/v1/rfps/{opened.id}/scores", bearer(FIRST)
        bad = client.put(url, json=sent_scores(client, FIRST, opened, grade), headers=me)
        assert bad.status_code == 422 and rows(sessions, scores) == []
        blank = client.put(url, json=sent_scores(client, FIRST, opened, None), headers=me)
        assert blank.status_code == 204
        missing: Any = client.post(f"{url}/submission", headers=me)
        assert missing.status_code == 409
        assert missing.json["errors"] == {"code": "grades_missing"}

    def test_the_same_key_awards_once(
        self, client: FlaskClient, evaluated: Rfp, sessions: Sessions
    ) -> None:
        bids, once = bids_by_vendor(sessions, evaluated), bearer("buyer") | key()
        url = f"/api/v1/lots/{evaluated.lots[0].id}/award"
        sent = {"bid_id": str(bids["huayun"]), "reason": REASON}
        first = client.post(url, json=sent, headers=once)
        again = client.post(url, json=sent, headers=once)
        assert first.json == again.json and again.headers["Idempotency-Replayed"] == "true"
        other = client.post(url, json=sent | {"reason": REASON + "!"}, headers=once)
        assert other.status_code == 422
        new: Any = client.post(url, json=sent, headers=bearer("buyer") | key())
        assert new.status_code == 409 and new.json["errors"] == {"code": "lot_awarded"}
        assert client.post(url, json=sent, headers=bearer("buyer")).status_code == 422
        assert len(rows(sessions, awards)) == 1

    def test_a_bidder_learns_the_outcome_of_their_own_bid(
        self, client: FlaskClient, evaluated: Rfp, sessions: Sessions
    ) -> None:
        bids = bids_by_vendor(sessions, evaluated)
        url = f"/api/v1/bids/{bids['nordwind']}/outcome"
        assert client.get(url, headers=bearer("nordwind")).status_code == 404
        give(client, evaluated, bids["huayun"])
        told: Any = client.get(url, headers=bearer("nordwind")).json
        assert (told["won"], told["winner"], told["total"]) == (False, "huayun", "68.00")
        assert told["winning_total"] == "80.67" and told["points"][0]["mean"] == "3.00"
        assert client.get(url, headers=bearer("huayun")).status_code == 404


class TestWhoMay:
    """Each refused request is repeated by somebody who may."""

    def test_read_an_evaluation(self, client: FlaskClient, opened: Rfp, evaluated: Rfp) -> None:
        for rfp in (opened, evaluated):
            for url in (path(rfp), f"/api/v1/evaluations/{rfp.id}"):
                assert client.get(url).status_code == 401
                for stranger in ("huayun", "requester", "opener1", "finance", "operator"):
                    assert client.get(url, headers=bearer(stranger)).status_code == 403
                for reader in ("buyer", "auditor", *EVALUATORS):
                    assert client.get(url, headers=bearer(reader)).status_code == 200

    @pytest.mark.parametrize(
        "url", ["/admin/evaluations", "/api/v1/evaluations", "/admin/awards", "/api/v1/awards"]
    )
    def test_read_the_lists(self, client: FlaskClient, url: str, evaluated: Rfp) -> None:
        assert client.get(url).status_code == 401
        for stranger in ("huayun", "opener1", "operator"):
            assert client.get(url, headers=bearer(stranger)).status_code == 403
        for reader in ("buyer", "auditor"):
            assert client.get(url, headers=bearer(reader)).status_code == 200

    @pytest.mark.parametrize(
        ("method", "action", "body"),
        [
            ("post", "declaration", {"conflict": "none"}),
            ("put", "scores", {"scores": []}),
            ("post", "scores/submission", {}),
        ],
    )
    def test_evaluate(
        self, client: FlaskClient, opened: Rfp, method: str, action: str, body: Json
    ) -> None:
        url, send = f"/api/v1/rfps/{opened.id}/{action}", getattr(client, method)
        assert send(url, json=body).status_code == 401
        for stranger in ("huayun", "buyer", "auditor", "opener1"):
            assert send(url, json=body, headers=bearer(stranger)).status_code == 403
        me = bearer(FIRST)
        if action != "declaration":
            declaration = f"/api/v1/rfps/{opened.id}/declaration"
            client.post(declaration, json={"conflict": "none"}, headers=me)
        if action == "scores/submission":
            sheet = sent_scores(client, FIRST, opened, "4")
            client.put(f"/api/v1/rfps/{opened.id}/scores", json=sheet, headers=me)
        assert send(url, json=body, headers=me).status_code == 204

    @pytest.mark.parametrize("action", ["declaration", "scores"])
    def test_send_the_forms(self, client: FlaskClient, opened: Rfp, action: str) -> None:
        url, form = f"{path(opened)}/{action}", {"conflict": "none"}
        assert client.post(url, data=form).status_code == 401
        buyer = form | {"csrf_token": "csrf-buyer"}
        assert client.post(url, data=buyer, headers=bearer("buyer")).status_code == 403
        assert client.post(url, data=form, headers=bearer(FIRST)).status_code == 403
        mine = form | {"csrf_token": f"csrf-{FIRST}"}
        client.post(f"{path(opened)}/declaration", data=mine, headers=bearer(FIRST))
        me = SECOND if action == "declaration" else FIRST
        mine["csrf_token"] = f"csrf-{me}"
        assert client.post(url, data=mine, headers=bearer(me)).status_code == 303

    def test_award(self, client: FlaskClient, evaluated: Rfp, sessions: Sessions) -> None:
        bids = bids_by_vendor(sessions, evaluated)
        sent = {"bid_id": str(bids["huayun"]), "reason": REASON}
        page = f"/admin/awards/lots/{evaluated.lots[0].id}"
        api = f"/api/v1/lots/{evaluated.lots[0].id}/award"
        assert client.get(page).status_code == client.post(api, json=sent).status_code == 401
        for stranger in ("huayun", "auditor", FIRST, "approver"):
            form = sent | {"csrf_token": f"csrf-{stranger}"}
            assert client.get(page, headers=bearer(stranger)).status_code == 403
            assert client.post(page, data=form, headers=bearer(stranger) | key()).status_code == 403
            assert client.post(api, json=sent, headers=bearer(stranger) | key()).status_code == 403
        assert client.post(page, data=sent, headers=bearer("buyer") | key()).status_code == 403
        assert client.get(page, headers=bearer("buyer")).status_code == 200
        give(client, evaluated, bids["huayun"])
        [row] = rows(sessions, awards)
        for url in (f"/admin/awards/{row.id}", f"/api/v1/awards/{row.id}"):
            assert client.get(url).status_code == 401
            for stranger in ("huayun", FIRST):
                assert client.get(url, headers=bearer(stranger)).status_code == 403
            assert client.get(url, headers=bearer("auditor")).status_code == 200

    def test_read_an_outcome(self, client: FlaskClient, evaluated: Rfp, sessions: Sessions) -> None:
        bids = bids_by_vendor(sessions, evaluated)
        give(client, evaluated, bids["huayun"])
        url = f"/portal/bids/{bids['nordwind']}/outcome"
        assert client.get(url).status_code == 401
        for stranger, status in (("buyer", 403), ("huayun", 404), ("stranger", 404)):
            assert client.get(url, headers=bearer(stranger)).status_code == status
        assert client.get(url, headers=bearer("nordwind")).status_code == 200

    def test_read_in_their_list_what_came_of_their_bids(
        self, client: FlaskClient, evaluated: Rfp, sessions: Sessions
    ) -> None:
        bids = bids_by_vendor(sessions, evaluated)
        for who in ("huayun", "nordwind"):
            text = client.get("/portal/bids", headers=bearer(who)).text
            assert "Opened" in text and "/outcome" not in text
        give(client, evaluated, bids["huayun"])
        for who, words in (("huayun", "Won"), ("nordwind", "Not chosen")):
            text = client.get("/portal/bids", headers=bearer(who)).text
            assert words in text and f'href="/portal/bids/{bids[who]}/outcome"' in text

    def test_read_a_document(self, client: FlaskClient, opened: Rfp, sessions: Sessions) -> None:
        file_id = decrypted(client, sessions)
        url = f"{path(opened)}/documents/{file_id}"
        assert client.get(url).status_code == 401
        declare(sessions, FIRST, opened)
        declare(sessions, SECOND, opened, Conflict.ACTUAL, "A relative works there.")
        for who, status in (("huayun", 403), ("buyer", 404), (SECOND, 404), (THIRD, 404)):
            assert client.get(url, headers=bearer(who)).status_code == status
        answer = client.get(url, headers=bearer(FIRST))
        assert (
            answer.data == b"%PDF-1.7\n" and "attachment" in answer.headers["Content-Disposition"]
        )
        elsewhere = f"{path(opened)}/documents/{uuid7()}"
        assert client.get(elsewhere, headers=bearer(FIRST)).status_code == 404

    def test_a_document_that_nobody_scanned_says_so(
        self, client: FlaskClient, opened: Rfp, sessions: Sessions
    ) -> None:
        file_id = decrypted(client, sessions)
        url = f"{path(opened)}/documents/{file_id}"
        declare(sessions, FIRST, opened)
        own: Any = client.application.extensions
        for allowed, words in ((True, "Nobody has scanned this file"), (False, "once it has been")):
            own["settings"] = replace(own["settings"], allow_unscanned=allowed)
            text = client.get(path(opened), headers=bearer(FIRST)).text
            assert "Not scanned" in text and words in text
            assert (f'href="{url}"' in text) is allowed
            status = client.get(url, headers=bearer(FIRST)).status_code
            assert (status == 200) is allowed
