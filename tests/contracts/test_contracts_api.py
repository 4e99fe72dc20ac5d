"""The JSON API: shapes, refusals and idempotency, for every route."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import VENDOR_ORG, a_draft, accept, decide, said, stored_files
from support.contracts_api import V1, get, post, upload
from support.database import Sessions, rows

from services.contracts.agreements.domain import Contract
from services.contracts.delivery.domain import Deliverable
from services.contracts.delivery.persistence import deliverables, reviews
from shared.files import LocalStorage
from shared.kernel import uuid7

READERS = ("admin", "member", "contract_manager", "quality1", "finance1", "buyer", "auditor")


class TestReading:
    @pytest.mark.parametrize("who", READERS)
    def test_both_sides_read_a_contract(
        self, client: FlaskClient, contract: Contract, who: str
    ) -> None:
        read = get(client, who, f"/contracts/{contract.id}")
        assert (read["number"], read["state"]) == ("CT-2026-001", "active")
        assert read["value"] == {"amount": "120000.00", "currency": "CNY"}
        assert read["monthly"]["amount"] == "100000.00"
        assert read["organisation_id"] == str(VENDOR_ORG)
        assert read["terms_sha256"] == contract.terms_sha256()
        assert read["sla"][0]["metric_id"] == str(contract.sla[0].id)
        assert read["sla"][0]["tiers"][1] == {"from": "90", "to": "95", "percent": "5"}
        assert [each["id"] for each in read["milestones"]] == [
            str(each.id) for each in contract.milestones
        ]
        assert {each["side"] for each in read["acceptances"]} == {"buyer", "vendor"}

    @pytest.mark.parametrize("who", READERS)
    def test_the_list_has_what_one_may_see(
        self, client: FlaskClient, contract: Contract, who: str
    ) -> None:
        listed = get(client, who, "/contracts")
        assert [each["id"] for each in listed["items"]] == [str(contract.id)]
        assert listed["after"] == ""

    def test_the_list_is_filtered_by_award_and_goes_on(
        self, client: FlaskClient, known: Sessions
    ) -> None:
        made = [a_draft(known) for _ in range(27)]
        by_award = get(client, "buyer", f"/contracts?award_id={made[3].award_id}")
        assert [each["id"] for each in by_award["items"]] == [str(made[3].id)]
        first = get(client, "buyer", "/contracts")
        second = get(client, "buyer", f"/contracts?after={first['after']}")
        found = [each["id"] for part in (first, second) for each in part["items"]]
        assert found == [str(each.id) for each in reversed(made)] and not second["after"]
        get(client, "buyer", "/contracts?after=nonsense", 400)
        get(client, "buyer", "/contracts?award_id=nonsense", 422)
        few = get(client, "buyer", "/contracts?limit=7")
        assert [each["id"] for each in few["items"]] == found[:7] and few["after"]
        for limit in (0, 101, "many"):
            get(client, "buyer", f"/contracts?limit={limit}", 422)

    @pytest.mark.parametrize("who", READERS)
    def test_a_milestone_shows_versions_and_reviews_but_no_names(
        self, client: FlaskClient, known: Sessions, deliverable: Deliverable, who: str,
        contract: Contract,
    ) -> None:  # fmt: skip
        decide(known, deliverable, "quality1", "rework")
        read = get(client, who, f"/milestones/{contract.milestones[0].id}")
        [version] = read["versions"]
        assert (read["state"], read["level"], read["percent"]) == ("rework", 0, "40")
        assert (version["version"], version["size"], version["scan_state"]) == (1, 6, "not_scanned")
        [review] = version["reviews"]
        assert (review["level"], review["outcome"]) == (1, "rework")
        assert review["reason"] and "quality" not in str(read)

    @pytest.mark.parametrize("who", READERS)
    def test_a_credit_opens_its_working(
        self, client: FlaskClient, credit_id: UUID, contract: Contract, who: str
    ) -> None:
        listed = get(client, who, f"/credits?contract_id={contract.id}")
        assert [each["id"] for each in listed["items"]] == [str(credit_id)]
        assert get(client, who, f"/credits?contract_id={uuid7()}")["items"] == []
        read = get(client, who, f"/credits/{credit_id}")
        assert read["amount"] == {"amount": "5000.00", "currency": "CNY"}
        assert read["working"] == {
            "attained": "93.5", "band_from": "90", "band_below": "95", "percent": "5",
            "monthly": "100000.00", "covered_days": 31, "month_days": 31,
            "full_amount": "5000.00", "settled": "0", "amount": "5000.00", "currency": "CNY",
        }  # fmt: skip


class TestAcceptance:
    def test_each_side_accepts_and_sees_what_came_of_it(
        self, client: FlaskClient, known: Sessions
    ) -> None:
        contract = a_draft(known)
        path = f"/contracts/{contract.id}/acceptance"
        first = post(client, "admin", path)
        assert first.status_code == 200 and first.json["state"] == "accepted_by_vendor"
        again = post(client, "admin", path)
        assert again.status_code == 409
        assert again.json["errors"] == {"code": "already_accepted"}
        shown = {"terms_sha256": contract.terms_sha256()}
        assert post(client, "contract_manager", path, shown).json["state"] == "active"

    def test_other_terms_are_refused(self, client: FlaskClient, known: Sessions) -> None:
        path = f"/contracts/{a_draft(known).id}/acceptance"
        other = post(client, "admin", path, {"terms_sha256": "0" * 64})
        assert other.status_code == 409 and other.json["errors"]["code"] == "terms_differ"
        assert post(client, "admin", path, {"terms_sha256": "short"}).status_code == 422
        assert post(client, "admin", path).status_code == 200


class TestUpload:
    def test_a_stream_becomes_a_version_once_per_key(
        self, client: FlaskClient, known: Sessions, contract: Contract, storage: LocalStorage
    ) -> None:
        key, milestone_id = str(uuid7()), contract.milestones[0].id
        first = upload(client, "member", milestone_id, key=key)
        assert first.status_code == 201 and first.json["version"] == 1
        assert len(first.json["sha256"]) == 64
        again = upload(client, "member", milestone_id, key=key)
        assert again.json == first.json and again.headers["Idempotency-Replayed"] == "true"
        other = upload(client, "member", milestone_id, b"another file", key=key)
        assert other.status_code == 422
        assert upload(client, "member", milestone_id).status_code == 409
        assert len(stored_files(storage)) == len(rows(known, deliverables)) == 1

    def test_a_key_is_needed(self, client: FlaskClient, contract: Contract) -> None:
        path = f"{V1}/milestones/{contract.milestones[0].id}/deliverables?name=x"
        assert client.post(path, data=b"x", headers=bearer("member")).status_code == 422

    def test_nothing_and_too_much_are_refused_and_leave_nothing(
        self, client: FlaskClient, contract: Contract, storage: LocalStorage
    ) -> None:
        milestone_id = contract.milestones[0].id
        assert upload(client, "member", milestone_id, b"").status_code == 409
        too_much = upload(client, "member", milestone_id, bytes(50 * 1024**2 + 1))
        assert too_much.status_code == 413 and "50 MB" in too_much.json["message"]
        assert stored_files(storage) == []
        assert upload(client, "member", milestone_id).status_code == 201

    def test_a_system_of_the_vendor_may_upload(
        self, client: FlaskClient, contract: Contract
    ) -> None:
        assert upload(client, "huayun", contract.milestones[0].id).status_code == 201

    @pytest.mark.parametrize("who", ["admin", "quality1", "auditor"])
    def test_what_was_uploaded_comes_back_byte_for_byte(
        self, client: FlaskClient, contract: Contract, who: str
    ) -> None:
        made = upload(client, "member", contract.milestones[0].id, b"\x00%PDF").json
        answer = client.get(f"{V1}/deliverables/{made['id']}/content", headers=bearer(who))
        assert answer.data == b"\x00%PDF" and answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename=\"report.pdf\"; filename*=UTF-8''r%C3%A9port.pdf"
        )

    def test_staff_get_nothing_unscanned_where_the_settings_forbid_it(
        self, client: FlaskClient, deliverable: Deliverable
    ) -> None:
        object.__setattr__(client.application.extensions["settings"], "allow_unscanned", False)
        path = f"/deliverables/{deliverable.id}/content"
        for who in ("quality1", "contract_manager", "auditor"):
            assert get(client, who, path, 409)["errors"] == {"code": "file_not_scanned"}
        assert client.get(V1 + path, headers=bearer("member")).data == b"report"


class TestReviews:
    def test_levels_decide_and_the_key_counts(
        self, client: FlaskClient, known: Sessions, deliverable: Deliverable
    ) -> None:
        path, key = f"/deliverables/{deliverable.id}/reviews", str(uuid7())
        body = {"decision": "approve", "reason": ""}
        first = post(client, "quality1", path, body, key=key)
        assert first.status_code == 201
        assert (first.json["level"], first.json["outcome"]) == (1, "approved")
        assert post(client, "quality1", path, body, key=key).json == first.json
        assert len(rows(known, reviews)) == 1
        own = post(client, "quality1", path, body)
        assert own.status_code == 403 and own.json["errors"]["code"] == "reviewed_other_level"
        late = post(client, "quality2", path, {**body, "level": 1})
        assert late.status_code == 409 and late.json["errors"]["code"] == "level_decided"
        assert post(client, "quality2", path, body).json["level"] == 2
        assert post(client, "quality3", path, body).status_code == 409

    @pytest.mark.parametrize(
        ("body", "field"),
        [({}, "decision"), ({"decision": "maybe"}, "decision"), ({"decision": "rework"}, "reason"),
         ({"decision": "reject", "reason": "  "}, "reason"),
         ({"decision": "approve", "level": "x"}, "level"),
         ({"decision": "rework", "reason": "x" * 4001}, "reason")],
    )  # fmt: skip
    def test_what_is_wrong_is_named(
        self, client: FlaskClient, deliverable: Deliverable, body: Any, field: str
    ) -> None:
        path = f"/deliverables/{deliverable.id}/reviews"
        bad = post(client, "quality1", path, body)
        assert bad.status_code == 422 and list(bad.json["errors"]["json"]) == [field]
        assert post(client, "quality1", path, {"decision": "approve"}).status_code == 201


class TestDecision:
    def test_finance_decides_once(self, client: FlaskClient, credit_id: UUID) -> None:
        path = f"/credits/{credit_id}/decision"
        done = post(client, "finance1", path, {"decision": "approve", "reason": ""})
        assert done.status_code == 200 and done.json["state"] == "approved"
        again = post(client, "finance2", path, {"decision": "reject", "reason": "No."})
        assert again.status_code == 409 and again.json["errors"] == {"code": "credit_decided"}

    @pytest.mark.parametrize(
        ("body", "field"),
        [({}, "decision"), ({"decision": "perhaps"}, "decision"),
         ({"decision": "reject"}, "reason")],
    )  # fmt: skip
    def test_what_is_wrong_is_named(
        self, client: FlaskClient, credit_id: UUID, body: Any, field: str
    ) -> None:
        path = f"/credits/{credit_id}/decision"
        bad = post(client, "finance1", path, body)
        assert bad.status_code == 422 and list(bad.json["errors"]["json"]) == [field]
        good = {"decision": "reject", "reason": "Planned maintenance."}
        assert post(client, "finance1", path, good).json["reason"] == "Planned maintenance."


def test_what_the_api_does_tells_the_others(client: FlaskClient, known: Sessions) -> None:
    contract = accept(known, a_draft(known), "contract_manager")
    post(client, "admin", f"/contracts/{contract.id}/acceptance")
    assert len(said(known, "contract_activated")) == 1
