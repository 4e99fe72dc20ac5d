"""rfp: what is sent with each change, so that its owner succeeds."""

from typing import Any

from shared.web.forms import flattened

Json = dict[str, Any]
NO_CONFLICT = {"conflict": "none", "text": ""}
A_CONFLICT = {"conflict": "potential", "text": "We went to school together."}
A_LINE = {"title": "All", "kind": "monthly", "quantity": "1", "unit_price": "10000.00"}
A_DRAFT: Json = {"solution": "We do it.", "lines": [A_LINE]}
A_PLAN = {
    **dict.fromkeys(("title", "objectives", "scope_in", "scope_out"), "Changed"),
    **{"starts_on": "2027-01-01", "ends_on": "2027-12-31", "currency": "CNY"},
    **{"cost_ceiling": "100.00", "contingency": "0.00"},
    "lines": [{"title": "All", "category": "labour", "amount": "100.00"}],
}
AN_RFP: Json = {
    **{"title": "Changed", "description": "Changed", "currency": "CNY"},
    **{"time_zone": "Asia/Shanghai", "starts_on": "2027-01-01", "ends_on": "2027-12-31"},
    **{"deadline_at": "2030-01-01T10:00:00+08:00", "price_formula": "lowest_ratio"},
    "lots": [{"title": "All"}],
}
OF_PLAN = {"plan_id": "{plan}"}
ADMITTED = {"tier": "1", "categories": ["service_desk"], "note": "References are good."}
APPROVED = {"decision": "approve"}
A_REASON = {"reason": "The warehouse moves, so the service is bought next year."}
AN_ANSWER = {"text": "On the roof."}


def a_bid(on: str) -> Json:
    """With what the RFP asks to be promised."""
    promise = {"target_id": f"{{{on}_target}}", "value": "97"}
    return A_DRAFT | {"promises": [promise], "files": []}


def an_award(lot: str) -> Json:
    return A_REASON | {"bid_id": f"{{{lot}_bid}}"}


def a_seat(leaving: str, joining: str) -> Json:
    return A_REASON | {"leaving": f"{{{leaving}}}", "joining": f"{{{joining}}}"}


def typed(said: Json) -> Json:
    """The same under the names of a form."""
    return dict(flattened(said))


BODIES: dict[str, Json] = {
    # plans
    "POST /admin/plans": typed(A_PLAN),
    "POST /admin/plans/{page_waiting_plan}/decision": APPROVED,
    "POST /admin/plans/{draft_plan}/edit": typed(A_PLAN),
    "POST /api/v1/plans": A_PLAN,
    "POST /api/v1/plans/{waiting_plan}/decision": APPROVED,
    "PUT /api/v1/plans/{draft_plan}": A_PLAN,
    # RFPs
    "POST /admin/rfps": typed(AN_RFP) | OF_PLAN,
    "POST /admin/rfps/rows": OF_PLAN,
    "POST /admin/rfps/{draft_rfp}/edit": typed(AN_RFP),
    "POST /admin/rfps/{page_doomed_rfp}/cancellation": A_REASON,
    "POST /admin/rfps/questions/{page_asked}/answer": AN_ANSWER,
    "POST /api/v1/rfps": AN_RFP | OF_PLAN,
    "PUT /api/v1/rfps/{draft_rfp}": AN_RFP,
    "POST /api/v1/rfps/{doomed_rfp}/cancellation": A_REASON,
    "POST /api/v1/rfps/{free_rfp}/committee": a_seat("opener2", "opener3"),
    "POST /api/v1/questions/{asked}/answer": AN_ANSWER,
    # opportunities and bids
    "POST /api/v1/rfps/{open_rfp}/questions": {"text": "Where do we park?"},
    "POST /portal/opportunities/{open_rfp}/questions": {"text": "Where do we eat?"},
    "POST /portal/bids/lots/{page_free_lot}": {"solution": "We do it."},
    "POST /portal/bids/lots/{page_free_lot}/bid": {"seen": "{page_free_seen}"},
    "POST /api/v1/lots/{free_lot}/bid": a_bid("free"),
    "PUT /api/v1/lots/{open_lot}/bid": a_bid("open"),
    "PUT /api/v1/lots/{free_lot}/draft": A_DRAFT,
    "POST /api/v1/lots/{free_lot}/files?name=more.txt": {"file": "more"},
    # evaluations
    "POST /admin/evaluations/{free_rfp}/committee": a_seat("evaluator3", "evaluator4"),
    "POST /admin/evaluations/{opened_rfp}/declaration": NO_CONFLICT,
    "POST /api/v1/rfps/{opened_rfp}/declaration": A_CONFLICT,
    "PUT /api/v1/rfps/{opened_rfp}/scores": {"scores": []},
    # awards
    "POST /admin/awards/lots/{page_awarding_lot}": an_award("page_awarding"),
    "POST /admin/awards/lots/{page_closing_lot}/closure": A_REASON,
    "POST /api/v1/lots/{awarding_lot}/award": an_award("awarding"),
    "POST /api/v1/lots/{closing_lot}/closure": A_REASON,
    # vendors
    "POST /admin/vendors/{page_prospect}/admission": ADMITTED,
    "POST /api/v1/vendors/{prospect}/admission": ADMITTED,
}
