"""Pages of both sides, without and with htmx, and for whom they do not exist."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import g
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import (
    a_draft,
    accept,
    decide,
    evaluated,
    hand_in,
    in_force,
    people,
    stored_files,
)
from support.database import Sessions, rows
from support.pages import Browser

from services.contracts.agreements.domain import Contract
from services.contracts.agreements.persistence import contracts
from services.contracts.delivery.domain import Deliverable
from services.contracts.delivery.persistence import deliverables, deliveries, reviews
from services.contracts.settlement.persistence import credits
from shared.files import LocalStorage
from shared.kernel import uuid7

Browse = Callable[[str], Browser]
TABS = ("", "/sla", "/milestones", "/credits", "/history")
LATER = "2030-01-01T00:00:00+08:00"


@pytest.fixture
def contract(known: Sessions) -> Contract:
    return in_force(known)


@pytest.fixture
def deliverable(known: Sessions, storage: LocalStorage, contract: Contract) -> Deliverable:
    return hand_in(known, storage, contract.milestones[0].id, b"report")


@pytest.fixture
def credit_id(known: Sessions, contract: Contract) -> UUID:
    evaluated(known, contract)
    found: UUID = rows(known, credits)[0].id
    return found


class TestContract:
    def test_both_sides_accept_on_their_page(self, browse: Browse, known: Sessions) -> None:
        draft = a_draft(known)
        vendor, manager = browse("admin"), browse("contract_manager")
        vendor.get(f"/portal/contracts/{draft.id}")
        assert draft.terms_sha256() in vendor.text and "Accept contract" in vendor.text
        vendor.submit("acceptance")
        assert "The vendor has accepted." in vendor.text
        assert "Accept contract" not in vendor.text
        manager.get(f"/admin/contracts/{draft.id}")
        assert "Accepted by the vendor" in manager.text
        manager.submit("acceptance")
        assert "In force" in manager.text and "Accept contract" not in manager.text
        assert rows(known, contracts)[0].state == "active"

    def test_a_page_whose_terms_are_old_accepts_nothing(
        self, browse: Browse, known: Sessions
    ) -> None:
        vendor = browse("admin")
        vendor.get(f"/portal/contracts/{a_draft(known).id}")
        vendor.submit("acceptance", 409, terms_sha256="0" * 64)
        assert "not the terms that you were shown" in vendor.text
        assert rows(known, contracts)[0].state == "draft"

    def test_during_the_standstill_the_page_says_until_when(
        self, browse: Browse, known: Sessions
    ) -> None:
        draft = a_draft(known, standstill_ends_at=LATER)
        manager = browse("contract_manager")
        manager.get(f"/admin/contracts/{draft.id}")
        assert "The standstill still runs" in manager.text
        assert "Accept contract" not in manager.text and "1 Jan 2030" in manager.text

    def test_faulty_terms_say_what_is_wrong(self, browse: Browse, known: Sessions) -> None:
        promises = {"sla": [], "documents": [], "milestones": [
            {"number": 1, "title": "x", "due_on": "2026-12-01", "percent": "99",
             "acceptance_criteria": ""},
        ]}  # fmt: skip
        draft = a_draft(known, promises=promises)
        vendor = browse("admin")
        vendor.get(f"/portal/contracts/{draft.id}")
        assert "do not add up to 100 %" in vendor.text and "Accept contract" not in vendor.text

    @pytest.mark.parametrize("who", ["member", "admin"])
    @pytest.mark.parametrize("tab", TABS)
    def test_the_vendor_reads_every_tab_and_no_name_of_staff(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID,
        known: Sessions, who: str, tab: str,
    ) -> None:  # fmt: skip
        decide(known, deliverable, "quality1", "rework")
        browser = browse(who)
        browser.get(f"/portal/contracts/{contract.id}{tab}")
        assert contract.number in browser.text
        for name in ("contract_manager", "quality1", "finance1"):
            assert name not in browser.text

    @pytest.mark.parametrize(
        "who", ["contract_manager", "buyer", "quality1", "finance1", "auditor"]
    )
    @pytest.mark.parametrize("tab", TABS)
    def test_staff_read_every_tab(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID,
        who: str, tab: str,
    ) -> None:  # fmt: skip
        browser = browse(who)
        browser.get(f"/admin/contracts/{contract.id}{tab}")
        assert contract.number in browser.text

    def test_the_history_tells_who_did_what(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID
    ) -> None:
        manager, vendor = browse("contract_manager"), browse("admin")
        manager.get(f"/admin/contracts/{contract.id}/history")
        for words in ("drafted from the award", "Accepted by the vendor", "version 1 handed in",
                      "service credit of CNY\u00a05,000.00 proposed"):  # fmt: skip
            assert words in manager.text
        assert "member" in manager.text
        vendor.get(f"/portal/contracts/{contract.id}/history")
        assert "version 1 handed in" in vendor.text and "member" not in vendor.text

    def test_the_next_step_is_that_of_the_reader(
        self, browse: Browse, known: Sessions, contract: Contract, storage: LocalStorage
    ) -> None:
        def says(who: str, words: str) -> None:
            browser = browse(who)
            place = "portal" if who in ("admin", "member") else "admin"
            browser.get(f"/{place}/contracts/{contract.id}")
            assert words in browser.text

        says("member", "Upload the deliverable for “Handover”.")
        says("contract_manager", "The vendor hands in “Handover”.")
        first = hand_in(known, storage, contract.milestones[0].id)
        says("quality1", "Review “Handover”.")
        says("finance1", "A reviewer decides on “Handover”.")
        decide(known, first, "quality1", "rework")
        says("member", "The review of “Handover” asks for changes.")
        evaluated(known, contract)
        says("finance1", "Decide on the service credit for “Service desk”.")

    def test_when_nothing_is_left_the_page_says_so(
        self, browse: Browse, known: Sessions, contract: Contract, storage: LocalStorage
    ) -> None:
        for milestone in contract.milestones:
            made = hand_in(known, storage, milestone.id)
            decide(known, made, "quality1")
            decide(known, made, "quality2")
        browser = browse("contract_manager")
        browser.get(f"/admin/contracts/{contract.id}")
        assert "Nothing is to be done now." in browser.text and "100 % accepted" in browser.text


class TestLists:
    def test_empty_lists_say_why(self, browse: Browse, known: Sessions) -> None:
        for who, path, words in (
            ("contract_manager", "/admin/contracts", "No contracts yet"),
            ("admin", "/portal/contracts", "No contracts yet"),
            ("quality1", "/admin/milestones", "No milestones yet"),
            ("quality1", "/admin/milestones?show=done", "No milestone is in this state"),
            ("member", "/portal/milestones", "No milestones yet"),
            ("quality1", "/admin/approvals", "No deliverable waits for a review"),
            ("finance1", "/admin/approvals", "No service credit waits for a decision"),
        ):
            browser = browse(who)
            browser.get(path)
            assert words in browser.text, path

    def test_long_lists_go_on(self, browse: Browse, known: Sessions) -> None:
        made = [a_draft(known) for _ in range(26)]
        browser = browse("contract_manager")
        browser.get("/admin/contracts")
        assert made[-1].number in browser.text and made[0].number not in browser.text
        [onward] = re.findall(r'href="(\?after=[^"]+)"', browser.text)
        browser.get("/admin/contracts" + onward.replace("&amp;", "&"))
        assert made[0].number in browser.text and made[-1].number not in browser.text

    def test_milestones_are_listed_by_what_is_to_be_done(
        self, browse: Browse, contract: Contract, deliverable: Deliverable
    ) -> None:
        for who, path in (("quality1", "/admin/milestones"), ("member", "/portal/milestones")):
            browser = browse(who)
            browser.get(path)
            assert "Handover" in browser.text and "Review 验收" in browser.text
            browser.get(f"{path}?show=review")
            assert "Handover" in browser.text and "Review 验收" not in browser.text
            browser.get(f"{path}?show=todo")
            assert "Handover" not in browser.text and "Review 验收" in browser.text

    def test_approvals_list_reviews_and_credits(
        self, browse: Browse, deliverable: Deliverable, credit_id: UUID
    ) -> None:
        reviewer, finance = browse("quality1"), browse("finance1")
        reviewer.get("/admin/approvals")
        assert "Handover" in reviewer.text and "Level 1 decides" in reviewer.text
        finance.get("/admin/approvals")
        assert f"/credits/{credit_id}" in finance.text
        finance.get("/admin/approvals?show=reviews")
        assert "Handover" in finance.text


class TestUpload:
    def test_a_file_is_taken_and_its_fingerprint_shown(
        self, browse: Browse, known: Sessions, contract: Contract
    ) -> None:
        vendor = browse("member")
        vendor.get(f"/portal/milestones/{contract.milestones[0].id}")
        assert 'data-upload-progress="#file-progress"' in vendor.text
        assert '<progress id="file-progress"' in vendor.text
        vendor.submit("deliverables", file=(BytesIO(b"report"), "报告.pdf"))
        assert "845e91831319e89c4d656bdb80c278ac09a7230d61e5dfd2e1b1fbb436ac8917" in vendor.text
        assert "报告.pdf" in vendor.text and "Not scanned" in vendor.text
        assert "Version 1 is in review at level 1." in vendor.text
        assert len(rows(known, deliverables)) == 1

    def test_sent_twice_it_is_one_version(
        self, browse: Browse, known: Sessions, contract: Contract, storage: LocalStorage
    ) -> None:
        vendor = browse("member")
        path = f"/portal/milestones/{contract.milestones[0].id}"
        vendor.get(path)
        form = vendor.form("deliverables")
        for _ in range(2):
            data: dict[str, Any] = {**form.fields, "file": (BytesIO(b"report"), "a.pdf")}
            answer = vendor.client.post(form.action, data=data, headers=vendor.headers)
            assert answer.status_code == 303 and answer.location == path
        assert len(rows(known, deliverables)) == len(stored_files(storage)) == 1

    @pytest.mark.parametrize(("content", "words"), [(None, "Choose the file"), (b"", "is empty")])
    def test_without_a_file_the_form_says_what_to_do(
        self, browse: Browse, known: Sessions, contract: Contract, content: bytes | None,
        words: str, storage: LocalStorage,
    ) -> None:  # fmt: skip
        vendor = browse("member")
        vendor.get(f"/portal/milestones/{contract.milestones[0].id}")
        name = "" if content is None else "a.pdf"
        vendor.submit("deliverables", 422, file=(BytesIO(content or b""), name))
        assert words in vendor.text and 'id="error-summary"' in vendor.text
        assert 'aria-invalid="true"' in vendor.text
        vendor.submit("deliverables", file=(BytesIO(b"report"), "a.pdf"))
        assert len(rows(known, deliverables)) == len(stored_files(storage)) == 1

    def test_while_it_is_reviewed_nothing_is_taken(
        self, browse: Browse, contract: Contract, known: Sessions, storage: LocalStorage
    ) -> None:
        vendor = browse("member")
        vendor.get(f"/portal/milestones/{contract.milestones[0].id}")
        hand_in(known, storage, contract.milestones[0].id)
        vendor.submit("deliverables", 409, file=(BytesIO(b"late"), "a.pdf"))
        assert "Nothing can be handed in now" in vendor.text

    def test_the_vendor_reads_the_reason_and_not_who_gave_it(
        self, browse: Browse, known: Sessions, contract: Contract, deliverable: Deliverable
    ) -> None:
        decide(known, deliverable, "quality1", "rework")
        vendor = browse("member")
        vendor.get(f"/portal/milestones/{contract.milestones[0].id}")
        assert "The list is missing." in vendor.text and "quality1" not in vendor.text
        assert "Upload version 2" in vendor.text

    def test_both_sides_download_a_version(
        self, client: FlaskClient, contract: Contract, deliverable: Deliverable
    ) -> None:
        path = f"milestones/{contract.milestones[0].id}/deliverables/{deliverable.id}"
        for who, place in (("member", "portal"), ("quality1", "admin"), ("auditor", "admin")):
            answer = client.get(f"/{place}/{path}", headers=bearer(who))
            assert answer.data == b"report"
            assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_staff_are_warned_of_what_nobody_scanned(
        self, browse: Browse, client: FlaskClient, contract: Contract, deliverable: Deliverable
    ) -> None:
        reviewer, path = browse("quality1"), f"/admin/milestones/{contract.milestones[0].id}"
        reviewer.get(path)
        link = f"{path}/deliverables/{deliverable.id}"
        assert "Nobody has scanned this file" in reviewer.text and f'"{link}"' in reviewer.text
        settings = client.application.extensions["settings"]
        client.application.extensions["settings"] = replace(settings, allow_unscanned=False)
        reviewer.get(path)
        assert "once it has been scanned" in reviewer.text and f'"{link}"' not in reviewer.text
        reviewer.get(link, 409)


class TestReview:
    def test_two_levels_accept(
        self, browse: Browse, known: Sessions, contract: Contract, deliverable: Deliverable
    ) -> None:
        path = f"/admin/milestones/{contract.milestones[0].id}"
        first, second = browse("quality1"), browse("quality2")
        first.get(path)
        assert "You decide for level 1 of 2." in first.text
        first.submit("review", decision="approve")
        assert "You have reviewed level 1" in first.text and "Record decision" not in first.text
        second.get(path)
        second.submit("review", decision="approve")
        assert "This milestone is accepted" in second.text
        [row] = rows(known, deliveries, milestone_id=contract.milestones[0].id)
        assert row.state == "accepted"

    def test_a_decision_is_never_made_beforehand_and_needs_a_reason(
        self, browse: Browse, known: Sessions, contract: Contract, deliverable: Deliverable
    ) -> None:
        reviewer = browse("quality1")
        reviewer.get(f"/admin/milestones/{contract.milestones[0].id}")
        assert "decision" not in reviewer.form("review").fields
        reviewer.submit("review", 422)
        assert "This is needed." in reviewer.text
        reviewer.submit("review", 422, decision="rework", reason="  ")
        assert "Give a reason." in reviewer.text
        assert reviewer.form("review").fields["decision"] == ["rework"]  # what was chosen stays
        assert rows(known, reviews) == []
        reviewer.submit("review", decision="rework", reason="The list is missing. 缺少清单")
        assert "缺少清单" in reviewer.text

    def test_whoever_comes_late_hears_so(
        self, browse: Browse, known: Sessions, contract: Contract, deliverable: Deliverable
    ) -> None:
        late = browse("quality2")
        late.get(f"/admin/milestones/{contract.milestones[0].id}")
        decide(known, deliverable, "quality1")
        late.submit("review", 409, decision="approve")
        assert "Level 1 has been decided by somebody else." in late.text
        assert len(rows(known, reviews)) == 1

    def test_others_see_whom_it_waits_for(
        self, browse: Browse, contract: Contract, deliverable: Deliverable
    ) -> None:
        for who in ("contract_manager", "finance1", "auditor"):
            reader = browse(who)
            reader.get(f"/admin/milestones/{contract.milestones[0].id}")
            assert "A reviewer of level 1 decides on version 1." in reader.text
            assert "Record decision" not in reader.text


class TestCredit:
    def test_finance_sees_every_figure_and_approves(
        self, browse: Browse, known: Sessions, contract: Contract, credit_id: UUID
    ) -> None:
        finance = browse("finance1")
        finance.get(f"/admin/contracts/{contract.id}/credits/{credit_id}")
        for words in ("93.5\u00a0%", "from 90\u00a0% up to, not including, 95\u00a0%", "31 of 31",
                      "100,000.00 × 5\u00a0% × 31 ÷ 31", "5,000.00", "at least 95\u00a0%",
                      f"/admin/performance/{contract.sla[0].id}/windows/"):  # fmt: skip
            assert words in finance.text.replace("&nbsp;", "\u00a0"), words
        finance.submit("decision", decision="approve")
        assert "Approved. The amount is set off" in finance.text
        assert rows(known, credits)[0].state == "approved"

    def test_a_rejection_needs_a_reason(
        self, browse: Browse, known: Sessions, contract: Contract, credit_id: UUID
    ) -> None:
        finance = browse("finance1")
        finance.get(f"/admin/contracts/{contract.id}/credits/{credit_id}")
        finance.submit("decision", 422)
        finance.submit("decision", 422, decision="reject")
        assert "Give a reason." in finance.text and rows(known, credits)[0].state == "proposed"
        finance.submit("decision", decision="reject", reason="Planned maintenance.")
        assert "Planned maintenance." in finance.text

    def test_the_second_of_two_hears_that_it_is_decided(
        self, browse: Browse, contract: Contract, credit_id: UUID
    ) -> None:
        first, second = browse("finance1"), browse("finance2")
        for browser in (first, second):
            browser.get(f"/admin/contracts/{contract.id}/credits/{credit_id}")
        first.submit("decision", decision="approve")
        second.submit("decision", 409, decision="reject", reason="No.")
        assert "cannot be decided on any more" in second.text

    def test_the_vendor_sees_the_same_working_but_decides_nothing(
        self, browse: Browse, contract: Contract, credit_id: UUID
    ) -> None:
        vendor = browse("admin")
        vendor.get(f"/portal/contracts/{contract.id}/credits/{credit_id}")
        assert "100,000.00 × 5\u00a0% × 31 ÷ 31" in vendor.text
        assert "Record decision" not in vendor.text
        assert f"/portal/performance/{contract.sla[0].id}/windows/" in vendor.text

    def test_a_correction_says_that_money_goes_back(
        self, browse: Browse, known: Sessions, contract: Contract, credit_id: UUID
    ) -> None:
        finance, path = browse("finance1"), f"/admin/contracts/{contract.id}/credits"
        finance.get(f"{path}/{credit_id}")
        finance.submit("decision", decision="approve")
        window_id = str(rows(known, credits)[0].window_id)
        evaluated(known, contract, window_id=window_id, revision=2, attained="99", outcome="met")
        finance.get(f"{path}/{rows(known, credits)[1].id}")
        assert "go back to the vendor" in finance.text and "-5,000.00" in finance.text
        assert "Other evaluations of this window" in finance.text


def paths(contract: Contract, deliverable: Deliverable, credit_id: UUID) -> Mapping[str, str]:
    milestone = f"milestones/{contract.milestones[0].id}"
    tabs = {f"contract{tab}": f"contracts/{contract.id}{tab}" for tab in TABS}
    return tabs | {
        "milestone": milestone,
        "file": f"{milestone}/deliverables/{deliverable.id}",
        "credit": f"contracts/{contract.id}/credits/{credit_id}",
    }


THINGS = [*(f"contract{tab}" for tab in TABS), "milestone", "file", "credit"]


class TestWhoMayNot:
    """Each refused request is repeated by one who may, with success."""

    @pytest.mark.parametrize("thing", THINGS)
    def test_for_another_vendor_there_is_no_such_thing(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID,
        thing: str,
    ) -> None:  # fmt: skip
        path = paths(contract, deliverable, credit_id)[thing]
        browse("rival").get(f"/portal/{path}", 404)
        browse("admin").get(f"/portal/{path}")

    @pytest.mark.parametrize("thing", [*THINGS, "contracts", "milestones", "approvals"])
    def test_each_side_has_its_own_pages(
        self, client: FlaskClient, contract: Contract, deliverable: Deliverable, credit_id: UUID,
        thing: str,
    ) -> None:  # fmt: skip
        path = paths(contract, deliverable, credit_id).get(thing, thing)
        for who in ("admin", "evaluator", "callgrid"):
            assert client.get(f"/admin/{path}", headers=bearer(who)).status_code == 403
        assert client.get(f"/admin/{path}").status_code == 401
        assert client.get(f"/admin/{path}", headers=bearer("buyer")).status_code == 200
        if thing != "approvals":
            for who in ("contract_manager", "auditor", "callgrid"):
                assert client.get(f"/portal/{path}", headers=bearer(who)).status_code == 403
            assert client.get(f"/portal/{path}").status_code == 401
            assert client.get(f"/portal/{path}", headers=bearer("member")).status_code == 200

    @pytest.mark.parametrize(
        ("place", "who", "status", "may"),
        [("portal", "rival", 404, "admin"), ("portal", "member", 403, "admin"),
         ("portal", "contract_manager", 403, "admin"), ("admin", "buyer", 403, "contract_manager"),
         ("admin", "auditor", 403, "contract_manager"),
         ("admin", "admin", 403, "contract_manager")],
    )  # fmt: skip
    def test_accepting(
        self, client: FlaskClient, known: Sessions, place: str, who: str, status: int, may: str
    ) -> None:
        draft = a_draft(known)
        path = f"/{place}/contracts/{draft.id}/acceptance"
        sent = {"terms_sha256": draft.terms_sha256()}
        assert post(client, who, path, sent) == status
        assert post(client, may, path, sent) == 303

    @pytest.mark.parametrize(("who", "status"), [("rival", 404), ("quality1", 403)])
    def test_uploading(
        self, client: FlaskClient, contract: Contract, storage: LocalStorage, who: str, status: int
    ) -> None:
        path = f"/portal/milestones/{contract.milestones[0].id}/deliverables"

        def sent() -> dict[str, Any]:
            return {"idempotency_key": str(uuid7()), "file": (BytesIO(b"report"), "a.pdf")}

        assert post(client, who, path, sent()) == status
        assert stored_files(storage) == []
        assert post(client, "member", path, sent()) == 303

    @pytest.mark.parametrize("who", ["admin", "contract_manager", "finance1", "auditor"])
    def test_reviewing(
        self, client: FlaskClient, contract: Contract, deliverable: Deliverable, who: str
    ) -> None:
        milestone_id = contract.milestones[0].id
        path = f"/admin/milestones/{milestone_id}/deliverables/{deliverable.id}/review"
        sent = {"decision": "approve", "level": "1", "idempotency_key": str(uuid7())}
        assert post(client, who, path, sent) == 403
        assert post(client, "quality1", path, sent) == 303

    @pytest.mark.parametrize("who", ["admin", "contract_manager", "quality1", "auditor"])
    def test_deciding(
        self, client: FlaskClient, contract: Contract, credit_id: UUID, who: str
    ) -> None:
        path = f"/admin/contracts/{contract.id}/credits/{credit_id}/decision"
        assert post(client, who, path, {"decision": "approve"}) == 403
        assert post(client, "finance1", path, {"decision": "approve"}) == 303

    @pytest.mark.parametrize("token", ["", "csrf-rival"])
    def test_a_form_that_is_not_ours_is_refused(
        self, client: FlaskClient, known: Sessions, contract: Contract, deliverable: Deliverable,
        credit_id: UUID, storage: LocalStorage, token: str,
    ) -> None:  # fmt: skip
        draft, milestones = a_draft(known), contract.milestones
        forms: list[tuple[str, str, dict[str, Any]]] = [
            ("admin", f"/portal/contracts/{draft.id}/acceptance",
             {"terms_sha256": draft.terms_sha256()}),
            ("member", f"/portal/milestones/{milestones[1].id}/deliverables",
             {"idempotency_key": str(uuid7())}),
            ("quality1",
             f"/admin/milestones/{milestones[0].id}/deliverables/{deliverable.id}/review",
             {"decision": "approve", "idempotency_key": str(uuid7())}),
            ("finance1", f"/admin/contracts/{contract.id}/credits/{credit_id}/decision",
             {"decision": "approve"}),
        ]  # fmt: skip
        for who, path, sent in forms:
            upload = {"file": (BytesIO(b"x"), "a")} if "idempotency_key" in sent else {}
            forged = {"csrf_token": token, **sent, **upload}
            assert client.post(path, data=forged, headers=bearer(who)).status_code == 403, path
        for who, path, sent in forms:
            upload = {"file": (BytesIO(b"x"), "a")} if path.endswith("deliverables") else {}
            assert post(client, who, path, sent | upload) == 303, path


def post(client: FlaskClient, who: str, path: str, sent: dict[str, Any]) -> int:
    data = {"csrf_token": people()[who].csrf, **sent}
    return client.post(path, data=data, headers=bearer(who)).status_code


class TestChinese:
    @pytest.fixture
    def browse(self, client: FlaskClient) -> Browse:
        client.application.before_request_funcs.setdefault(None, []).append(speak_chinese)
        return lambda who: Browser(client, who)

    def test_pages_speak_chinese_and_never_of_fines(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID
    ) -> None:
        seen = ""
        for thing, path in paths(contract, deliverable, credit_id).items():
            if thing == "file":
                continue
            for who, place in (("admin", "portal"), ("finance1", "admin"), ("quality1", "admin")):
                browser = browse(who)
                browser.get(f"/{place}/{path}")
                assert 'lang="zh-Hans"' in browser.text
                seen += browser.text
        for words in ("服务抵扣", "里程碑", "交付物", "验收标准", "第 1 级审核", "双方确认"):
            assert words in seen, words
        assert "罚款" not in seen and "Next step" not in seen and "Service credit" not in seen

    def test_refusals_speak_chinese(
        self, browse: Browse, known: Sessions, contract: Contract
    ) -> None:
        vendor = browse("admin")
        vendor.get(f"/portal/contracts/{a_draft(known).id}")
        vendor.submit("acceptance", 409, terms_sha256="0" * 64)
        assert "条款与您之前看到的不同" in vendor.text


def speak_chinese() -> None:
    if g.actor:
        g.actor = replace(g.actor, locale="zh-Hans")


def test_a_draft_that_one_side_accepted_waits_for_the_other(
    browse: Browse, known: Sessions
) -> None:
    draft = accept(known, a_draft(known), "contract_manager")
    for who, place, words in (
        ("member", "portal", "An administrator of your company accepts the contract."),
        ("contract_manager", "admin", "The vendor accepts the contract."),
        ("finance1", "admin", "The vendor accepts the contract."),
    ):
        browser = browse(who)
        browser.get(f"/{place}/contracts/{draft.id}")
        assert words in browser.text, who
