"""The contract, without and with htmx, in both languages."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.contracts import (
    TABS,
    a_draft,
    accept,
    decide,
    evaluated,
    hand_in,
    page_paths,
)
from support.database import Sessions, rows
from support.pages import Browser

from services.contracts.agreements.domain import Contract
from services.contracts.agreements.persistence import contracts
from services.contracts.delivery.domain import Deliverable
from shared.files import LocalStorage

Browse = Callable[[str], Browser]
LATER = "2030-01-01T00:00:00+08:00"


class TestContract:
    def test_both_sides_accept_on_their_page(self, browse_twice: Browse, known: Sessions) -> None:
        draft = a_draft(known)
        vendor, manager = browse_twice("admin"), browse_twice("contract_manager")
        vendor.get(f"/portal/contracts/{draft.id}")
        assert draft.terms_sha256() in vendor.text and "Accept contract" in vendor.text
        vendor.submit("acceptance")
        assert "Your company has accepted." in vendor.text
        assert "Accept contract" not in vendor.text
        manager.get(f"/admin/contracts/{draft.id}")
        assert "Accepted by the vendor" in manager.text
        manager.submit("acceptance")
        assert acceptances(manager) == ["contract_manager", "admin"]
        vendor.get(f"/portal/contracts/{draft.id}")
        assert acceptances(vendor) == ["admin"], "staff are not named to a vendor"
        assert "In force" in manager.text and "Accept contract" not in manager.text
        assert rows(known, contracts)[0].state == "active"

    def test_a_page_whose_terms_are_old_accepts_nothing(
        self, browse_twice: Browse, known: Sessions
    ) -> None:
        vendor = browse_twice("admin")
        vendor.get(f"/portal/contracts/{a_draft(known).id}")
        vendor.submit("acceptance", 409, terms_sha256="0" * 64)
        assert "not the terms that you were shown" in vendor.text
        assert rows(known, contracts)[0].state == "draft"

    def test_an_award_leads_to_the_contract_drafted_from_it(
        self, client: FlaskClient, browse: Browse, known: Sessions
    ) -> None:
        draft = a_draft(known)
        places = {"contract_manager": "/admin/contracts", "admin": "/portal/contracts"}
        for who, place in places.items():
            answer = browse(who).get(f"{place}?award_id={draft.award_id}", 303)
            assert answer.location == f"{place}/{draft.id}"
            assert draft.number not in browse(who).get(f"{place}?award_id={draft.id}").text
            assert draft.number in browse(who).get(f"{place}?award_id=x").text

    def test_during_the_standstill_the_page_says_until_when(
        self, browse: Browse, known: Sessions
    ) -> None:
        draft = a_draft(known, standstill_ends_at=LATER)
        manager = browse("contract_manager")
        manager.get(f"/admin/contracts/{draft.id}")
        assert "The standstill still runs" in manager.text
        assert "Accept contract" not in manager.text and "1 Jan 2030" in manager.text
        assert "Standstill ends" in manager.text
        manager.get(f"/admin/contracts/{a_draft(known).id}")  # an award without one
        assert "Standstill ends" not in manager.text

    def test_the_zone_of_the_contract_is_named_in_words(
        self, browse: Browse, contract: Contract
    ) -> None:
        manager = browse("contract_manager")
        manager.get(f"/admin/contracts/{contract.id}")
        assert "<dd>China Standard Time (UTC+8)</dd>" in manager.text

    def test_both_sides_open_the_documents_that_they_accept(
        self, browse: Browse, known: Sessions
    ) -> None:
        """With the award, by the fingerprint in the terms."""
        draft = a_draft(known)
        [document] = draft.documents
        for who, face, awards in (
            ("admin", "portal", "/portal/bids/awards"), ("finance1", "admin", "/admin/awards"),
        ):  # fmt: skip
            browser = browse(who)
            browser.get(f"/{face}/contracts/{draft.id}")
            link = f"{awards}/{draft.award_id}/documents/{document['sha256']}"
            assert f'<a href="{link}" download>{document["name"]}</a>' in browser.text

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
    def test_the_vendor_reads_every_tab_and_no_name_of_staff(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID,
        known: Sessions, who: str,
    ) -> None:  # fmt: skip
        decide(known, deliverable, "quality1", "rework")
        browser = browse(who)
        for tab in TABS:
            browser.get(f"/portal/contracts/{contract.id}{tab}")
            assert contract.number in browser.text
            for name in ("contract_manager", "quality1", "finance1"):
                assert name not in browser.text, tab

    @pytest.mark.parametrize(
        "who", ["contract_manager", "buyer", "quality1", "finance1", "auditor"]
    )
    def test_staff_read_every_tab(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID,
        who: str,
    ) -> None:  # fmt: skip
        browser = browse(who)
        for tab in TABS:
            browser.get(f"/admin/contracts/{contract.id}{tab}")
            assert contract.number in browser.text, tab

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

    @pytest.mark.parametrize("tab", ["", "/sla", "/credits"])
    def test_a_result_is_written_as_on_the_page_of_its_metric(
        self, browse: Browse, known: Sessions, contract: Contract, tab: str
    ) -> None:
        evaluated(known, contract, attained="66.666667")
        manager = browse("contract_manager")
        manager.get(f"/admin/contracts/{contract.id}{tab}")
        assert "66.67" in manager.text and "66.666667" not in manager.text

    def test_a_service_level_leads_to_its_metric_and_says_what_is_true(
        self, browse: Browse, contract: Contract
    ) -> None:
        metric, page = f"/performance/{contract.sla[0].id}", f"/admin/contracts/{contract.id}/sla"
        manager, finance, vendor = browse("contract_manager"), browse("finance1"), browse("member")
        assert f'href="/admin{metric}/measurements/new"' in manager.get(page).text
        assert "Its first month is over, and is evaluated within minutes." in manager.text
        assert f'href="/admin{metric}"' in finance.get(page).text
        assert "Add measurements" not in finance.text
        vendor.get(f"/portal/contracts/{contract.id}/sla")
        assert f'href="/portal{metric}"' in vendor.text and "Add measurements" not in vendor.text

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
        for who, face in (("quality1", "admin"), ("member", "portal")):
            reader = browse(who)
            reader.get(f"/{face}/milestones/{contract.milestones[0].id}")
            card = next_card(reader)
            assert '<h2 id="next-step">Done</h2>' in card and " data-wait" in card

    def test_a_decided_credit_asks_for_nothing(
        self, browse: Browse, contract: Contract, credit_id: UUID
    ) -> None:
        finance = browse("finance1")
        finance.get(f"/admin/contracts/{contract.id}/credits/{credit_id}")
        assert "Next step" in next_card(finance)
        finance.submit("/decision", decision="approve")
        card = next_card(finance)
        assert "Done" in card and "Approved. The amount is set off" in card
        assert "Next step" not in card

    def test_a_decision_comes_after_what_it_is_about_and_a_link_leads_to_it(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID
    ) -> None:
        """On a narrow screen things stand in the order of the page."""
        for who, path, below in (
            ("quality1", f"milestones/{contract.milestones[0].id}", "version-1"),
            ("finance1", f"contracts/{contract.id}/credits/{credit_id}", "working"),
        ):
            browser = browse(who)
            browser.get(f"/admin/{path}")
            page = browser.text
            about = page.index(f'aria-labelledby="{below}"')
            assert page.index('href="#decide"') < about < page.index('class="t-card t-next"')


class TestChinese:
    @pytest.fixture
    def browse(self, chinese: FlaskClient) -> Browse:
        return lambda who: Browser(chinese, who)

    def test_pages_speak_chinese_and_never_of_fines(
        self, browse: Browse, contract: Contract, deliverable: Deliverable, credit_id: UUID
    ) -> None:
        seen = ""
        for thing, path in page_paths(contract, deliverable, credit_id).items():
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


def next_card(browser: Browser) -> str:
    [card] = re.findall(r'<section class="t-card t-next".*?</section>', browser.text, re.S)
    return card


def acceptances(browser: Browser) -> list[str]:
    """Who accepted, as the page names them."""
    [card] = re.findall(r'aria-labelledby="acceptances".*?</section>', browser.text, re.S)
    return re.findall(r"</time></span>\s*<span>(.*?)</span>", card)
