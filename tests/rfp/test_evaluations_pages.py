"""Evaluation and award through pages, with and without script."""

import re
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer, staff
from support.database import Sessions, rows
from support.evaluating import REASON, give, path
from support.opened import add_bid, an_evaluated_rfp, an_opened_rfp, bids_by_vendor, declare, score
from support.pages import Browser
from support.rfps import EVALUATORS, NOW

from services.rfp.evaluations.domain import Conflict
from services.rfp.evaluations.persistence import evaluators, scores
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Criterion, Rfp

FIRST, SECOND, THIRD = EVALUATORS


@pytest.fixture
def opened(sessions: Sessions, plan: Plan) -> Rfp:
    return an_opened_rfp(sessions, plan)


@pytest.fixture
def evaluated(sessions: Sessions, plan: Plan) -> Rfp:
    return an_evaluated_rfp(sessions, plan)


@pytest.mark.parametrize("htmx", [False, True])
class TestPages:
    def test_declare_score_and_submit(
        self, client: FlaskClient, opened: Rfp, sessions: Sessions, htmx: bool
    ) -> None:
        page = Browser(client, FIRST, htmx=htmx)
        page.get(path(opened))
        assert "Does anything connect you" in page.text and "huayun answers" not in page.text
        page.submit("/declaration", 422, conflict="potential", text="")
        assert "Say what connects you" in page.text and 'href="#text"' in page.text
        assert re.search(r'value="potential"\s+checked', page.text)
        page.submit("/declaration", conflict="potential", text="I worked there in 2019.")
        assert "huayun answers." in page.text and "1,320,000" not in page.text
        form = page.text.partition(f'action="{path(opened)}/scores"')[2]
        assert form.index("<button hidden></button>") == form.index("<button"), "Enter saves"
        numbers = {f"scores-{n}-grade": "4" for n in range(7)}
        page.submit("/scores", 422, then="submit", **numbers)
        assert "One answer needs your attention" in page.text
        assert 'href="#scores-7-grade"' in page.text and page.text.count('value="4"') == 7
        assert len([row for row in rows(sessions, scores) if row.grade is not None]) == 7
        page.submit("/scores", 422, then="save", **{"scores-0-grade": "7"})
        assert "huayun, Technical capability – Grade: At most 5." in page.text
        assert "One answer needs" in page.text
        page.submit("/scores", 422, then="submit", **(numbers | {"scores-0-grade": "7"}))
        assert "2 answers need" in page.text and 'href="#scores-7-grade"' in page.text
        assert 'value="7"' in page.text
        assert page.text.index('href="#scores-0-grade"') < page.text.index('href="#scores-7-grade"')
        page.submit("/scores", then="save", **(numbers | {"scores-0-grade": "3.5"}))
        assert "Saved as a draft" in page.text and 'value="3.5"' in page.text
        page.submit("/scores", then="submit", **(numbers | {"scores-7-grade": "0"}))
        assert "submitted and locked" in page.text
        assert "2 more evaluators" in page.text

    def test_an_actual_conflict_ends_it(
        self, client: FlaskClient, opened: Rfp, sessions: Sessions, htmx: bool
    ) -> None:
        page = Browser(client, FIRST, htmx=htmx)
        page.get(path(opened))
        page.submit("/declaration", conflict="actual", text="My sister leads their team.")
        assert "you take no part" in page.text and "nordwind" not in page.text
        [row] = rows(sessions, evaluators)
        assert row.conflict is Conflict.ACTUAL

    def test_the_buyer_watches_and_then_compares(
        self, client: FlaskClient, opened: Rfp, sessions: Sessions, htmx: bool
    ) -> None:
        page = Browser(client, "buyer", htmx=htmx)
        score(sessions, FIRST, opened, {"huayun": "5", "nordwind": "3"})
        page.get(path(opened))
        waiting = f"2 evaluators have not submitted yet: {SECOND}, {THIRD}."
        assert waiting in page.text and "1,320,000" not in page.text
        score(sessions, SECOND, opened, {"huayun": "2", "nordwind": "3"})
        score(sessions, THIRD, opened, {"huayun": "4", "nordwind": "3"})
        page.get(path(opened))
        assert "huayun leads with 75.33 points." in page.text
        for figure in ("Rank 1", "1,320,000.00", "Discuss", ") ÷ 3 ÷ 5 × 20 = 14.67"):
            assert figure in page.text, figure
        assert "1,100,000 ÷ 1,320,000 × 20 = 16.67" in page.text
        assert "Nobody has bid on “Second level”" in page.text
        assert "for 12 months, " in page.text, "each line says what it comes to"

    def test_the_list_leads_there(
        self, client: FlaskClient, opened: Rfp, evaluated: Rfp, htmx: bool
    ) -> None:
        page = Browser(client, "buyer", htmx=htmx)
        page.get("/admin/evaluations")
        assert path(opened) in page.text and "0 of 3" in page.text and "3 of 3" in page.text

    def test_award_a_lot(
        self, client: FlaskClient, evaluated: Rfp, sessions: Sessions, htmx: bool
    ) -> None:
        bids = bids_by_vendor(sessions, evaluated)
        page = Browser(client, "buyer", htmx=htmx)
        page.get(path(evaluated))
        assert f"/admin/awards/lots/{evaluated.lots[0].id}" in page.text
        page.get(f"/admin/awards/lots/{evaluated.lots[0].id}")
        assert "checked" not in page.text, "a decision is never preselected"
        page.submit("/lots/", 422, reason=REASON)
        assert "Choose the bid that wins." in page.text and 'href="#bid_id"' in page.text
        assert REASON in page.text
        page.submit("/lots/", 422, bid_id=str(bids["nordwind"]), reason="Cheap.")
        assert "at least 20 characters" in page.text and "Cheap." in page.text
        page.submit("/lots/", bid_id=str(bids["nordwind"]), reason=REASON)
        assert "number 2 of the ranking" in page.text and REASON in page.text
        assert "No standstill" in page.text and "has to say why" not in page.text
        made = page.page.request.path.rpartition("/")[2] if page.page else ""
        assert f'href="/admin/contracts?award_id={made}"' in page.text
        page.get(path(evaluated))
        assert "/admin/awards/lots/" not in page.text
        assert "nordwind was chosen, number 2 of the ranking." in page.text
        assert REASON in page.text and "huayun leads" not in page.text
        evaluator = Browser(client, FIRST, htmx=htmx)
        evaluator.get(path(evaluated))
        assert "nordwind was chosen" in evaluator.text and REASON not in evaluator.text
        page.get("/admin/awards")
        assert "nordwind" in page.text and "1,100,000.00" in page.text
        page.get(f"/admin/awards/lots/{evaluated.lots[0].id}", 404)

    def test_bidders_read_what_came_of_it(
        self, client: FlaskClient, evaluated: Rfp, sessions: Sessions, htmx: bool
    ) -> None:
        bids = bids_by_vendor(sessions, evaluated)
        give(client, evaluated, bids["huayun"])
        winner, loser = (Browser(client, who, htmx=htmx) for who in ("huayun", "nordwind"))
        winner.get(f"/portal/bids/{bids['huayun']}/outcome")
        assert "Read the draft contract" in winner.text and "nordwind" not in winner.text
        loser.get(f"/portal/bids/{bids['nordwind']}/outcome")
        assert "awarded to huayun" in loser.text and "68.00" in loser.text
        assert "80.67" in loser.text and "1,320,000" not in loser.text


def test_a_bid_below_a_threshold_is_shown_and_not_ranked(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    strict = [
        Criterion(1, "technical", "Technical", Decimal(60), minimum=Decimal("3.5")),
        Criterion(2, "price", "Price", Decimal(40), is_price=True),
    ]
    rfp = an_evaluated_rfp(sessions, plan, criteria=strict)
    page = Browser(client, "buyer")
    page.get(path(rfp))
    assert "Not ranked" in page.text and "Below threshold: Technical" in page.text
    assert "Only one bid is ranked" in page.text
    page.get(f"/admin/awards/lots/{rfp.lots[0].id}")
    assert "nordwind" not in page.text


def test_two_lots_are_compared_one_after_the_other(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    rfp = an_opened_rfp(sessions, plan)
    add_bid(sessions, rfp, rfp.lots[1].id, "nordwind", Decimal(900_000), NOW)
    page = Browser(client, FIRST)
    page.get(path(rfp))
    page.submit("/declaration", conflict="none")
    page.submit("/scores", then="submit", **{f"scores-{n}-grade": "5" for n in range(12)})
    assert "submitted and locked" in page.text and len(rows(sessions, scores)) == 12


@pytest.mark.parametrize(
    ("who", "verb", "kind"),
    [(FIRST, "Declare your interests", "todo"), ("buyer", "Evaluation of bids", "waiting")],
)
def test_work_that_waits_is_listed(
    client: FlaskClient, opened: Rfp, who: str, verb: str, kind: str
) -> None:
    answer: Any = client.get("/internal/work", headers=bearer(who)).json
    found = [item for item in answer["items"] if item["href"] == path(opened)]
    assert [(item["verb"], item["kind"]) for item in found] == [(verb, kind)]


def test_work_follows_what_was_done(client: FlaskClient, opened: Rfp, sessions: Sessions) -> None:
    def verbs(who: str) -> list[str]:
        answer: Any = client.get("/internal/work", headers=bearer(who)).json
        return [item["verb"] for item in answer["items"] if item["href"] == path(opened)]

    declare(sessions, FIRST, opened, Conflict.ACTUAL, "A relative works there.")
    declare(sessions, SECOND, opened)
    assert verbs(FIRST) == [] and verbs(SECOND) == ["Score bids"]


def test_awards_stand_below_an_entry_of_the_menu(
    client: FlaskClient, evaluated: Rfp, sessions: Sessions, actors: dict[str, Any]
) -> None:
    give(client, evaluated, bids_by_vendor(sessions, evaluated)["huayun"])
    actors["contract_manager"] = staff("contract_manager")
    for who, entry in (("buyer", "evaluations"), ("contract_manager", "contracts")):
        text = Browser(client, who).get("/admin/awards").text
        assert re.search(f'href="/admin/{entry}" aria-current="page"', text)


def test_the_first_of_the_ranking_was_chosen(
    client: FlaskClient, evaluated: Rfp, sessions: Sessions
) -> None:
    give(client, evaluated, bids_by_vendor(sessions, evaluated)["huayun"])
    text = Browser(client, "buyer").get(path(evaluated)).text
    assert "huayun led the ranking and was chosen." in text
