import json
import threading
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer, staff, vendor
from support.database import Sessions, events, know, rows
from support.pages import Browser
from support.rfps import NOW

from services.rfp.vendors import queries, usecases
from services.rfp.vendors.domain import Standing, VendorAdmitted
from services.rfp.vendors.persistence import admitted_ids, vendors
from shared.audit import audit_entries
from shared.kernel import NotFound, uuid7

STRANGER = an_id("stranger-org")
BODY = {"tier": 2, "categories": ["service_desk", "data"], "note": "References were good."}
API = "/api/v1/vendors"


def admit(sessions: Sessions, **changes: Any) -> None:
    with sessions.begin() as session:
        asked = BODY | {"organisation_id": STRANGER, "now": NOW} | changes
        usecases.admit_vendor(session, staff("buyer"), **asked)


def key(who: str) -> dict[str, str]:
    return bearer(who, **{"Idempotency-Key": str(uuid7())})


def test_admission_moves_the_standing_and_tells_everybody(sessions: Sessions) -> None:
    admit(sessions)
    [row] = rows(sessions, vendors, organisation_id=STRANGER)
    assert (row.standing, row.tier, row.admitted_by) == (Standing.APPROVED, 2, an_id("buyer"))
    [event] = events(sessions, "vendor_admitted")
    assert json.loads(event.payload) == {
        "organisation_id": str(STRANGER),
        "tier": 2,
        "categories": ["service_desk", "data"],
        "admitted_on": NOW.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat(),
    }
    [notice] = events(sessions, "notice_raised")
    assert notice.subject == str(an_id("stranger"))
    [entry] = rows(sessions, audit_entries, chain=f"vendor:{STRANGER}")
    assert entry.action == "vendor_admitted" and "References" not in str(entry.detail)


def test_a_vendor_is_admitted_once(sessions: Sessions) -> None:
    admit(sessions)
    with pytest.raises(VendorAdmitted):
        admit(sessions)
    assert len(events(sessions, "vendor_admitted")) == 1


def test_what_is_no_vendor_is_not_found(sessions: Sessions) -> None:
    with pytest.raises(NotFound):
        admit(sessions, organisation_id=an_id("lingang"))


def test_only_the_admitted_can_be_invited(sessions: Sessions) -> None:
    with sessions.begin() as session:
        buyer = staff("buyer")
        offered = [vendor.name for vendor in queries.vendors_to_invite(session, buyer)]
        assert offered == ["huayun", "nordwind"]
        ids = [STRANGER, an_id("huayun-org")]
        assert admitted_ids(session, ids) == {an_id("huayun-org")}


def test_an_organisation_is_registered_once_and_keeps_its_standing(sessions: Sessions) -> None:
    admit(sessions)
    with sessions.begin() as session:
        for organisation_id in (STRANGER, an_id("new-org")):
            usecases.meet_organisation(session, organisation_id=organisation_id, kind="vendor")
        usecases.meet_organisation(session, organisation_id=an_id("x-org"), kind="partner")
    found = {row.organisation_id: row.standing for row in rows(sessions, vendors)}
    assert found[STRANGER] is Standing.APPROVED and found[an_id("new-org")] is Standing.PROSPECTIVE
    assert an_id("x-org") not in found


class TestApi:
    def test_a_vendor_is_listed_and_admitted(self, client: FlaskClient) -> None:
        listed = client.get(f"{API}?standing=prospective", headers=bearer("buyer")).json["items"]
        assert [vendor["name"] for vendor in listed] == ["stranger"]
        url = f"{API}/{STRANGER}/admission"
        done = client.post(url, json=BODY, headers=key("buyer"))
        assert done.status_code == 201 and done.json["standing"] == "approved"
        again = client.post(url, json=BODY, headers=key("buyer"))
        assert again.status_code == 409 and again.json["errors"] == {"code": "vendor_admitted"}
        shown = client.get(f"{API}/{STRANGER}", headers=bearer("auditor")).json
        assert shown["tier"] == 2

    @pytest.mark.parametrize(
        "wrong", [{"tier": 0}, {"tier": 4}, {"categories": []}, {"categories": ["x"]}, {"note": ""}]
    )
    def test_wrong_answers_are_named(self, client: FlaskClient, wrong: dict[str, Any]) -> None:
        url = f"{API}/{STRANGER}/admission"
        answer = client.post(url, json=BODY | wrong, headers=key("buyer"))
        assert answer.status_code == 422 and set(answer.json["errors"]["json"]) == set(wrong)

    def test_who_may_not_is_refused_and_who_may_succeeds(self, client: FlaskClient) -> None:
        asked = [("GET", ""), ("GET", f"/{STRANGER}"), ("POST", f"/{STRANGER}/admission")]
        for method, path in asked:
            assert client.open(API + path, method=method, json=BODY).status_code == 401
            for who in ("huayun", "requester", "approver", "evaluator1"):
                refused = client.open(API + path, method=method, json=BODY, headers=key(who))
                assert refused.status_code == 403, (method, path, who)
            done = client.open(API + path, method=method, json=BODY, headers=key("admin"))
            assert done.status_code in (200, 201)


class TestPages:
    @pytest.mark.parametrize("htmx", [False, True])
    def test_a_buyer_admits_a_vendor(self, client: FlaskClient, htmx: bool) -> None:
        buyer = Browser(client, "buyer", htmx=htmx)
        assert "stranger" in buyer.get("/admin/vendors").text
        buyer.get(f"/admin/vendors/{STRANGER}")
        buyer.submit("/admission", 422, categories=["data", "software"])
        assert 'id="note-error"' in buyer.text and 'value="software" checked' in buyer.text
        buyer.submit("/admission", tier="1", categories="data", note="Looked at.")
        assert "Admitted, tier 1" in buyer.text and "Looked at." in buyer.text
        own = Browser(client, "stranger", htmx=htmx)
        company = own.get("/portal/company").text
        assert "Looked at." not in company and "You can be invited to bid." in company

    def test_a_company_sees_itself_alone(self, client: FlaskClient) -> None:
        page = Browser(client, "huayun").get("/portal/company").text
        assert "nordwind" not in page and "stranger" not in page

    def test_the_list_filters_by_standing(self, client: FlaskClient) -> None:
        page = Browser(client, "auditor").get("/admin/vendors?show=prospective").text
        assert "stranger" in page and "nordwind" not in page

    def test_who_may_not_is_refused_and_who_may_succeeds(self, client: FlaskClient) -> None:
        form = BODY | {"idempotency_key": str(uuid7())}
        asked: list[tuple[str, str, str, str]] = [
            ("GET", "/admin/vendors", "requester", "buyer"),
            ("GET", f"/admin/vendors/{STRANGER}", "huayun", "admin"),
            ("POST", f"/admin/vendors/{STRANGER}/admission", "auditor", "buyer"),
            ("GET", "/portal/company", "buyer", "huayun"),
        ]
        for method, url, stranger, owner in asked:
            for who, expected in ((stranger, (403,)), (owner, (200, 303))):
                sent = form | {"csrf_token": f"csrf-{who}"}
                answer = client.open(url, method=method, data=sent, headers=bearer(who))
                assert answer.status_code in expected, (method, url, who, answer.text)
        unproved = client.post(asked[2][1], data=form, headers=bearer("buyer"))
        assert unproved.status_code == 403


def test_my_work_names_who_waits_for_admission(client: FlaskClient, sessions: Sessions) -> None:
    know(sessions, vendor("late"))
    items = client.get("/internal/work", headers=bearer("buyer")).json["items"]
    assert [item["object"] for item in items if item["verb"] == "Admit vendor"] == ["stranger"]
    assert client.get("/internal/work", headers=bearer("approver")).json["items"] == []


def test_two_buyers_who_admit_at_once_admit_once(committed: Sessions) -> None:
    outcomes: list[str] = []

    def run() -> None:
        try:
            admit(committed)
            outcomes.append("admitted")
        except VendorAdmitted:
            outcomes.append("refused")

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["admitted", "refused"]
    assert len(events(committed, "vendor_admitted")) == 1
