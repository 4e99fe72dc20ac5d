"""contracts: huayun's active `contract`, a `milestone` with a `deliverable`, a `credit`.

Of `running_contract`, active as well, milestones wait for a file and credits for a decision; the
other contracts are drafts (`isolation.consumed`).
"""

from isolation.actors import HUAYUN, OUTSIDE_AUDITOR, STAFF, VENDORS

A_VENDOR = tuple(each for each in VENDORS if not each.endswith(".client"))
HUAYUN_PEOPLE = HUAYUN[:2]
READERS = (
    *("contract_manager", "buyer", "buyer2", "requester", "requester2"),
    *("quality1", "finance", "legal", "auditor"),
)
BOTH = (*HUAYUN, *READERS)
LISTED = (*VENDORS, *STAFF, OUTSIDE_AUDITOR)  # who may ask for the list, and read their own in it
SIGNS = ("huayun.vendor_admin", "contract_manager")
LATER = "/admin/milestones/{later_milestone}/deliverables/{later_deliverable}"

ADMITS = {
    "GET /admin/approvals": (*READERS, OUTSIDE_AUDITOR),
    "GET /admin/contracts": (*READERS, OUTSIDE_AUDITOR),
    "GET /admin/contracts/{contract}": READERS,
    "POST /admin/contracts/{page_offered_contract}/acceptance": ("contract_manager",),
    "GET /admin/contracts/{contract}/credits": READERS,
    "GET /admin/contracts/{contract}/credits/{credit}": READERS,
    "POST /admin/contracts/{running_contract}/credits/{page_due_credit}/decision": ("finance",),
    "GET /admin/contracts/{contract}/history": READERS,
    "GET /admin/contracts/{contract}/milestones": READERS,
    "POST /admin/contracts/{page_refused_contract}/refusal": ("contract_manager",),
    "GET /admin/contracts/{contract}/sla": READERS,
    "GET /admin/milestones": (*READERS, OUTSIDE_AUDITOR),
    "GET /admin/milestones/{milestone}": READERS,
    "GET /admin/milestones/{milestone}/deliverables/{deliverable}": READERS,
    f"POST {LATER}/review": ("quality1",),
    "GET /portal/contracts": A_VENDOR,
    "GET /portal/contracts/{contract}": HUAYUN_PEOPLE,
    "POST /portal/contracts/{page_offered_contract}/acceptance": ("huayun.vendor_admin",),
    "GET /portal/contracts/{contract}/credits": HUAYUN_PEOPLE,
    "GET /portal/contracts/{contract}/credits/{credit}": HUAYUN_PEOPLE,
    "GET /portal/contracts/{contract}/history": HUAYUN_PEOPLE,
    "GET /portal/contracts/{contract}/milestones": HUAYUN_PEOPLE,
    "POST /portal/contracts/{portal_refused_contract}/refusal": ("huayun.vendor_admin",),
    "GET /portal/contracts/{contract}/sla": HUAYUN_PEOPLE,
    "GET /portal/milestones": A_VENDOR,
    "GET /portal/milestones/{milestone}": HUAYUN_PEOPLE,
    "POST /portal/milestones/{page_planned_milestone}/deliverables": HUAYUN_PEOPLE,
    "GET /portal/milestones/{milestone}/deliverables/{deliverable}": HUAYUN_PEOPLE,
    "GET /api/v1/contracts": (*HUAYUN, *LISTED),
    "GET /api/v1/contracts?award_id={award}": (*HUAYUN, *LISTED),
    "GET /api/v1/contracts/{contract}": BOTH,
    "POST /api/v1/contracts/{offered_contract}/acceptance": SIGNS,
    "POST /api/v1/contracts/{refused_contract}/refusal": SIGNS,
    "GET /api/v1/credits": (*HUAYUN, *LISTED),
    "GET /api/v1/credits?contract_id={contract}": (*HUAYUN, *LISTED),
    "GET /api/v1/credits/{credit}": BOTH,
    "POST /api/v1/credits/{due_credit}/decision": ("finance",),
    "GET /api/v1/deliverables/{deliverable}/content": BOTH,
    "POST /api/v1/deliverables/{deliverable}/reviews": ("quality1",),
    "GET /api/v1/milestones/{milestone}": BOTH,
    "POST /api/v1/milestones/{planned_milestone}/deliverables?name=more.pdf": HUAYUN,
}
READ = {"terms_sha256": "{page_offered_sha256}"}
APPROVED = {"decision": "approve"}
A_REASON = {"reason": "The terms are not those of our bid."}
A_FILE = {"file": "more"}
BODIES: dict[str, dict[str, str]] = {
    "POST /admin/contracts/{page_offered_contract}/acceptance": READ,
    "POST /admin/contracts/{running_contract}/credits/{page_due_credit}/decision": APPROVED,
    "POST /admin/contracts/{page_refused_contract}/refusal": A_REASON,
    f"POST {LATER}/review": APPROVED,
    "POST /portal/contracts/{page_offered_contract}/acceptance": READ,
    "POST /portal/contracts/{portal_refused_contract}/refusal": A_REASON,
    "POST /portal/milestones/{page_planned_milestone}/deliverables": A_FILE,
    "POST /api/v1/contracts/{refused_contract}/refusal": A_REASON,
    "POST /api/v1/credits/{due_credit}/decision": APPROVED,
    "POST /api/v1/deliverables/{deliverable}/reviews": APPROVED,
    "POST /api/v1/milestones/{planned_milestone}/deliverables?name=more.pdf": A_FILE,
}
HOLDS = {
    "GET /api/v1/credits?contract_id={contract}": "credit",
    "GET /api/v1/contracts?award_id={award}": "contract",
    "GET /portal/contracts": "contract",
    "GET /portal/milestones": "milestone",
    "GET /api/v1/contracts": "contract",
    "GET /api/v1/credits": "credit",
    "GET /api/v1/milestones/{milestone}": "delivered_name",
    "GET /api/v1/deliverables/{deliverable}/content": "delivered_text",
}
