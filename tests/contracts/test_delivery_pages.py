"""Upload, review and credit on pages, without and with htmx."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import (
    decide,
    evaluated,
    hand_in,
    stored_files,
)
from support.database import Sessions, rows
from support.pages import Browser

from services.contracts.agreements.domain import Contract
from services.contracts.delivery.domain import Deliverable
from services.contracts.delivery.persistence import deliverables, deliveries, reviews
from services.contracts.settlement.persistence import credits
from shared.files import LocalStorage

Browse = Callable[[str], Browser]


class TestUpload:
    def test_a_file_is_taken_and_its_fingerprint_shown(
        self, browse_twice: Browse, known: Sessions, contract: Contract
    ) -> None:
        vendor = browse_twice("member")
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
        self, browse_twice: Browse, known: Sessions, contract: Contract, content: bytes | None,
        words: str, storage: LocalStorage,
    ) -> None:  # fmt: skip
        vendor = browse_twice("member")
        vendor.get(f"/portal/milestones/{contract.milestones[0].id}")
        name = "" if content is None else "a.pdf"
        vendor.submit("deliverables", 422, file=(BytesIO(content or b""), name))
        assert words in vendor.text and 'id="error-summary"' in vendor.text
        assert 'aria-invalid="true"' in vendor.text
        vendor.submit("deliverables", file=(BytesIO(b"report"), "a.pdf"))
        assert len(rows(known, deliverables)) == len(stored_files(storage)) == 1

    def test_while_it_is_reviewed_nothing_is_taken(
        self, browse_twice: Browse, contract: Contract, known: Sessions, storage: LocalStorage
    ) -> None:
        vendor = browse_twice("member")
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
        self, browse_twice: Browse, known: Sessions, contract: Contract, deliverable: Deliverable
    ) -> None:
        path = f"/admin/milestones/{contract.milestones[0].id}"
        first, second = browse_twice("quality1"), browse_twice("quality2")
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
        assert "What you sent was not recorded." in late.text
        assert "level 2 of" in late.text  # what waits now, and no button of what has gone by
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
        self, browse_twice: Browse, known: Sessions, contract: Contract, credit_id: UUID
    ) -> None:
        finance = browse_twice("finance1")
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
        assert "Approved. The amount is set off" in second.text and "finance1" in second.text
        assert "Record decision" not in second.text

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
        assert "go back to the vendor" in finance.text and "−5,000.00" in finance.text
        assert "Other evaluations of this window" in finance.text
        listed = finance.get(path).text
        title = contract.sla[0].title
        for words in (f"{title} · Oct 2026 · evaluation 1<", f"{title} · Oct 2026 · evaluation 2<"):
            assert words in listed, words
        assert listed.count("Correction") == 1

    def test_what_is_decided_on_comes_before_the_decision(
        self, browse: Browse, contract: Contract, credit_id: UUID
    ) -> None:
        finance = browse("finance1")
        text = finance.get(f"/admin/contracts/{contract.id}/credits/{credit_id}").text
        assert text.index('href="#decide"') < text.index('id="working"') < text.index('id="decide"')


def test_a_version_with_the_content_of_an_earlier_one_says_so(
    browse: Browse, known: Sessions, storage: LocalStorage, contract: Contract
) -> None:
    milestone = contract.milestones[0].id
    for content, decision in ((b"one", "rework"), (b"two", "rework"), (b"one", None)):
        made = hand_in(known, storage, milestone, content)
        if decision:
            decide(known, made, "quality1", decision)
    for who, face in (("member", "portal"), ("quality1", "admin")):
        browser = browse(who)
        browser.get(f"/{face}/milestones/{milestone}")
        assert browser.text.count("This file has the same content as version 1.") == 1
        version_3 = browser.text.index('id="version-3"')
        assert version_3 < browser.text.index("same content") < browser.text.index('id="version-2"')
