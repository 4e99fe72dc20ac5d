"""Lists of contracts, milestones and approvals: what stands in them, and in which order."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from support.contracts import (
    a_draft,
    evaluated,
)
from support.database import Sessions, rows
from support.pages import Browser

from services.contracts.agreements.domain import Contract
from services.contracts.delivery.domain import Deliverable
from services.contracts.settlement.persistence import credits

Browse = Callable[[str], Browser]


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
        self, browse_twice: Browse, deliverable: Deliverable, credit_id: UUID
    ) -> None:
        reviewer, finance = browse_twice("quality1"), browse_twice("finance1")
        reviewer.get("/admin/approvals")
        assert "Handover" in reviewer.text and "Level 1 decides" in reviewer.text
        finance.get("/admin/approvals")
        assert f"/credits/{credit_id}" in finance.text
        finance.get("/admin/approvals?show=reviews")
        assert "Handover" in finance.text

    def test_approvals_say_how_long_they_wait_the_longest_first(
        self, browse: Browse, known: Sessions, contract: Contract, deliverable: Deliverable,
        credit_id: UUID,
    ) -> None:  # fmt: skip
        evaluated(known, contract)
        newer, older = max(row.id for row in rows(known, credits)), credit_id
        with known.begin() as session:
            aged = sa.update(credits).where(credits.c.id == newer)
            session.execute(aged.values(proposed_at=datetime(2026, 1, 5, tzinfo=UTC)))
        finance = browse("finance1")
        for show in ("credits", "reviews"):
            finance.get(f"/admin/approvals?show={show}")
            assert "Waiting since" in finance.text and 'class="t-due"' in finance.text
        finance.get("/admin/approvals?show=credits")
        assert "5 Jan 2026" in finance.text and "12 Jan 2026" in finance.text  # since, and due
        assert finance.text.index(str(newer)) < finance.text.index(str(older))
