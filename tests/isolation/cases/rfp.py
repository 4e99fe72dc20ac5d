"""rfp: plans, RFPs, bids, evaluations, awards, vendors.

Six RFPs: `draft_rfp`; `open_rfp`, on which huayun and nordwind have bid; `free_rfp`, on which they
have not; `closed_rfp` before and `opened_rfp` after the opening; `rfp`, awarded to huayun. Their
lots are called likewise. `bid` is huayun's on `lot`, `open_bid` the one on `open_lot`.

What a change uses up has an object of its own (`isolation.consumed`). Where two changes share one,
they are of two vendors or two evaluators.
"""

from isolation.actors import (
    COMMITTEE,
    HUAYUN,
    INVITED,
    NORDWIND,
    OPENERS,
    OUTSIDE_AUDITOR,
    STAFF,
    VENDORS,
)
from isolation.cases import rfp_bodies as bodies

A_VENDOR = tuple(each for each in VENDORS if not each.endswith(".client"))
HUAYUN_PEOPLE, INVITED_PEOPLE = HUAYUN[:2], tuple(each for each in INVITED if each in A_VENDOR)
NORDWIND_FIRST = (*NORDWIND[:2], *HUAYUN_PEOPLE)
REQUESTERS, BUYERS = ("requester", "requester2"), ("buyer", "buyer2")
EVALUATORS = (*COMMITTEE, "evaluator4")
PLANNERS = (*REQUESTERS, *BUYERS, "approver", "auditor")
RFP_STAFF = ("buyer", "buyer2", *REQUESTERS, "approver", "auditor")
SERVING = (*COMMITTEE, *OPENERS)
# Of `opened_rfp`: the first has graded all, the second has declared no conflict, the third nothing.
DECLARED = COMMITTEE[:2]
MIDDLE_FIRST, LAST_FIRST = COMMITTEE[1:] + COMMITTEE[:1], COMMITTEE[::-1]
ROOM = ("opener1", "opener2", *BUYERS, "auditor")
JUDGES = ("buyer", "buyer2", *COMMITTEE, "auditor")
DECIDED = ("buyer", "buyer2", "contract_manager", "auditor")
DOCUMENT_READERS = (*DECIDED, *REQUESTERS, "quality1", "finance", "legal")
REGISTER = ("buyer", "buyer2", "admin", "auditor")

ADMITS = {
    # plans
    "GET /admin/plans": (*PLANNERS, OUTSIDE_AUDITOR),
    "POST /admin/plans": REQUESTERS,
    "GET /admin/plans/new": REQUESTERS,
    "POST /admin/plans/rows": REQUESTERS,
    "GET /admin/plans/{plan}": PLANNERS,
    "POST /admin/plans/{page_waiting_plan}/decision": ("approver",),
    "GET /admin/plans/{draft_plan}/edit": ("requester",),
    "POST /admin/plans/{draft_plan}/edit": ("requester",),
    "POST /admin/plans/{draft_plan}/rows": ("requester",),
    "POST /admin/plans/{page_plan}/submission": ("requester",),
    "GET /api/v1/plans": (*PLANNERS, OUTSIDE_AUDITOR),
    "POST /api/v1/plans": REQUESTERS,
    "GET /api/v1/plans/{plan}": PLANNERS,
    "PUT /api/v1/plans/{draft_plan}": ("requester",),
    "POST /api/v1/plans/{waiting_plan}/decision": ("approver",),
    "POST /api/v1/plans/{api_plan}/submission": ("requester",),
    # RFPs, staff
    "GET /admin/rfps": (*RFP_STAFF, *EVALUATORS, *OPENERS, "opener3", OUTSIDE_AUDITOR),
    "POST /admin/rfps": BUYERS,
    "GET /admin/rfps/new": BUYERS,
    "POST /admin/rfps/rows": BUYERS,
    "GET /admin/rfps/{draft_rfp}": RFP_STAFF,
    "GET /admin/rfps/{open_rfp}": (*RFP_STAFF, *SERVING),
    "GET /admin/rfps/{open_rfp}?tab=questions": (*RFP_STAFF, *SERVING),
    "GET /admin/rfps/{open_rfp}?tab=history": (*RFP_STAFF, *SERVING),
    "GET /admin/rfps/{rfp}": (*RFP_STAFF, *SERVING),
    "GET /admin/rfps/{open_rfp}/cancellation": BUYERS,
    "POST /admin/rfps/{page_doomed_rfp}/cancellation": BUYERS,
    "GET /admin/rfps/{draft_rfp}/edit": BUYERS,
    "POST /admin/rfps/{draft_rfp}/edit": BUYERS,
    "POST /admin/rfps/{draft_rfp}/rows": BUYERS,
    "POST /admin/rfps/{page_ready_rfp}/publication": BUYERS,
    "GET /admin/rfps/{open_rfp}/opening": ROOM,
    "GET /admin/rfps/{closed_rfp}/opening": ROOM,
    "GET /admin/rfps/{opened_rfp}/opening": ROOM,
    "POST /admin/rfps/{page_closed_rfp}/opening": OPENERS,
    "GET /admin/rfps/{closed_rfp}/opening/news": ROOM,
    "POST /admin/rfps/questions/{page_asked}/answer": BUYERS,
    "POST /api/v1/rfps": BUYERS,
    "PUT /api/v1/rfps/{draft_rfp}": BUYERS,
    "POST /api/v1/rfps/{doomed_rfp}/cancellation": BUYERS,
    "POST /api/v1/rfps/{free_rfp}/committee": BUYERS,
    "GET /api/v1/rfps/{closed_rfp}/opening": ROOM,
    "POST /api/v1/rfps/{closed_rfp}/opening": OPENERS,
    "POST /api/v1/rfps/{ready_rfp}/publication": BUYERS,
    "POST /api/v1/questions/{asked}/answer": BUYERS,
    # RFPs, both sides
    "GET /api/v1/rfps": (*VENDORS, *STAFF, OUTSIDE_AUDITOR),
    "GET /api/v1/rfps/{draft_rfp}": RFP_STAFF,
    "GET /api/v1/rfps/{open_rfp}": (*INVITED, *RFP_STAFF, *SERVING),
    "GET /api/v1/rfps/{rfp}": (*INVITED, *RFP_STAFF, *SERVING),
    "GET /api/v1/rfps/{open_rfp}/questions": (*INVITED, *RFP_STAFF, *SERVING),
    "POST /api/v1/rfps/{open_rfp}/questions": INVITED,
    # opportunities and bids
    "GET /portal/opportunities": A_VENDOR,
    "GET /portal/opportunities/{open_rfp}": INVITED_PEOPLE,
    "GET /portal/opportunities/{rfp}": INVITED_PEOPLE,
    "GET /portal/opportunities/{open_rfp}/deadline": INVITED_PEOPLE,
    "POST /portal/opportunities/{open_rfp}/questions": INVITED_PEOPLE,
    "GET /portal/company": A_VENDOR,
    "GET /portal/bids": A_VENDOR,
    "GET /portal/bids/{open_bid}": HUAYUN_PEOPLE,
    "GET /portal/bids/{bid}": HUAYUN_PEOPLE,
    "GET /portal/bids/{bid}/outcome": HUAYUN_PEOPLE,
    "GET /portal/bids/awards/{award}/documents/{won_sha256}": HUAYUN_PEOPLE,
    "GET /portal/bids/lots/{free_lot}": INVITED_PEOPLE,
    "GET /portal/bids/lots/{open_lot}": INVITED_PEOPLE,
    "POST /portal/bids/lots/{page_free_lot}": INVITED_PEOPLE,
    "POST /portal/bids/lots/{page_free_lot}/bid": NORDWIND_FIRST,
    "GET /portal/bids/lots/{free_lot}/check": INVITED_PEOPLE,
    "GET /portal/bids/lots/{free_lot}/deadline": INVITED_PEOPLE,
    "POST /portal/bids/lots/{spare_lot}/withdrawal": NORDWIND_FIRST,
    "GET /api/v1/bids": VENDORS,
    "GET /api/v1/bids/{open_bid}": HUAYUN,
    "GET /api/v1/bids/{bid}": HUAYUN,
    "GET /api/v1/bids/{bid}/outcome": HUAYUN,
    "POST /api/v1/lots/{free_lot}/bid": INVITED,
    "PUT /api/v1/lots/{open_lot}/bid": INVITED,
    "DELETE /api/v1/lots/{spare_lot}/bid": INVITED,
    "GET /api/v1/lots/{free_lot}/draft": INVITED,
    "GET /api/v1/lots/{open_lot}/draft": INVITED,
    "PUT /api/v1/lots/{free_lot}/draft": INVITED,
    "POST /api/v1/lots/{free_lot}/files?name=more.txt": INVITED,
    # nordwind has a draft there, too: of this file it hears the same as of one that never was
    "DELETE /api/v1/lots/{free_lot}/files/{draft_file}": (*HUAYUN, *NORDWIND),
    # evaluations
    "GET /admin/evaluations": (*JUDGES, "evaluator4", OUTSIDE_AUDITOR),
    "GET /admin/evaluations/{opened_rfp}": JUDGES,
    "GET /admin/evaluations/{rfp}": JUDGES,
    "GET /admin/evaluations/{opened_rfp}/committee": BUYERS,
    "POST /admin/evaluations/{free_rfp}/committee": BUYERS,
    "POST /admin/evaluations/{opened_rfp}/declaration": LAST_FIRST,
    "GET /admin/evaluations/{rfp}/documents/{won_file}": JUDGES,
    "GET /admin/evaluations/{opened_rfp}/documents/{opened_file}": DECLARED,
    "POST /admin/evaluations/{opened_rfp}/scores": MIDDLE_FIRST,
    "GET /api/v1/evaluations": (*JUDGES, "evaluator4", OUTSIDE_AUDITOR),
    "GET /api/v1/evaluations/{opened_rfp}": JUDGES,
    "GET /api/v1/evaluations/{rfp}": JUDGES,
    "POST /api/v1/rfps/{opened_rfp}/declaration": MIDDLE_FIRST,
    "PUT /api/v1/rfps/{opened_rfp}/scores": MIDDLE_FIRST,
    "POST /api/v1/rfps/{opened_rfp}/scores/submission": COMMITTEE,
    # awards
    "GET /admin/awards": (*DECIDED, OUTSIDE_AUDITOR),
    "GET /admin/awards/{award}": DECIDED,
    "GET /admin/awards/{award}/documents/{won_sha256}": DOCUMENT_READERS,
    "GET /admin/awards/lots/{ranked_lot}": BUYERS,
    "POST /admin/awards/lots/{page_awarding_lot}": BUYERS,
    "GET /admin/awards/lots/{ranked_lot}/closure": BUYERS,
    "POST /admin/awards/lots/{page_closing_lot}/closure": BUYERS,
    "GET /api/v1/awards": (*DECIDED, OUTSIDE_AUDITOR),
    "GET /api/v1/awards/{award}": DECIDED,
    "POST /api/v1/lots/{awarding_lot}/award": BUYERS,
    "POST /api/v1/lots/{closing_lot}/closure": BUYERS,
    # vendors
    "GET /admin/vendors": (*REGISTER, OUTSIDE_AUDITOR),
    "GET /admin/vendors/{huayun}": REGISTER,
    "POST /admin/vendors/{page_prospect}/admission": ("buyer", "buyer2", "admin"),
    "GET /api/v1/vendors": (*REGISTER, OUTSIDE_AUDITOR),
    "GET /api/v1/vendors/{huayun}": REGISTER,
    "POST /api/v1/vendors/{prospect}/admission": ("buyer", "buyer2", "admin"),
}
BODIES = bodies.BODIES
HOLDS = {
    "GET /portal/bids/{open_bid}": "open_bid",
    "GET /api/v1/bids": "open_bid",
    "GET /portal/bids": "open_bid",
    "GET /api/v1/rfps": "open_rfp",
    "GET /portal/opportunities": "open_rfp",
    "GET /api/v1/rfps/{open_rfp}/questions": "asked",
    "GET /portal/bids/lots/{free_lot}": "draft_file",
}
