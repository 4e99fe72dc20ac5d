"""The gateway's own pages. `pawn` and `pawn_client` are there to be changed; `other_session` is a
second one of huayun's administrator."""

from typing import Any

from isolation.actors import OUTSIDE_AUDITOR, SIGNED_IN

ADMIN = ("admin",)
OPERATORS = ("operator", "admin")
AUDITORS = ("auditor", "operator", "admin", OUTSIDE_AUDITOR)  # the last one finds nothing there
PEOPLE = ("huayun.vendor_admin", *(each for each in SIGNED_IN if each != "huayun.vendor_admin"))
LEAVES = ("risk", *(each for each in SIGNED_IN if each != "risk"))
RENEWS = ("legal", *(each for each in SIGNED_IN if each != "legal"))
STUCK = "/admin/operations"

ADMITS = {
    "GET /work": PEOPLE,
    "GET /account": PEOPLE,
    "GET /account/again": PEOPLE,
    "POST /account/api-token": PEOPLE,
    "POST /account/language": PEOPLE,
    "POST /account/password": RENEWS,
    "POST /account/theme": PEOPLE,
    "POST /account/sessions/{other_session}/end": ("huayun.vendor_admin",),
    "GET /admin/audit": AUDITORS,
    "GET /admin/audit?object=contract:{contract}": AUDITORS,
    "GET /admin/audit?object=rfp:{open_rfp}": AUDITORS,
    "GET /admin/clients": ADMIN,
    "GET /admin/clients/new": ADMIN,
    "POST /admin/clients/new": ADMIN,
    "GET /admin/clients/{huayun_client}": ADMIN,
    "POST /admin/clients/{huayun_client}": ADMIN,
    "POST /admin/clients/{pawn_client}/secret": ADMIN,
    "GET /admin/operations": OPERATORS,
    "GET /admin/operations/live": OPERATORS,
    f"GET {STUCK}/dead-letters/contracts/{{page_letter}}": OPERATORS,
    f"POST {STUCK}/dead-letters/contracts/{{page_handleable_letter}}/replay": OPERATORS,
    f"POST {STUCK}/dead-letters/contracts/{{page_letter}}/discard": OPERATORS,
    f"POST {STUCK}/failed-jobs/contracts/{{page_job}}/remove": OPERATORS,
    f"POST {STUCK}/parked-events/contracts/{{page_event}}/discard": OPERATORS,
    "GET /admin/people": ADMIN,
    "GET /admin/people/new": ADMIN,
    "POST /admin/people/new": ADMIN,
    "GET /admin/people/{huayun_person}": ADMIN,
    "POST /admin/people/{pawn}": ADMIN,
    "POST /admin/people/{pawn}/password": ADMIN,
    "GET /admin/people/organisations/new": ADMIN,
    "POST /admin/people/organisations/new": ADMIN,
    "GET /admin/people/organisations/{huayun}": ADMIN,
    "POST /admin/people/organisations/{first_grantee}": ADMIN,
    "GET /api/v1/clients": ADMIN,
    "POST /api/v1/clients": ADMIN,
    "GET /api/v1/clients/{huayun_client}": ADMIN,
    "PUT /api/v1/clients/{huayun_client}": ADMIN,
    "POST /api/v1/clients/{pawn_client}/secret": ADMIN,
    "GET /api/v1/organisations": ADMIN,
    "POST /api/v1/organisations": ADMIN,
    "PUT /api/v1/organisations/{first_grantee}": ADMIN,
    "GET /api/v1/people": ADMIN,
    "POST /api/v1/people": ADMIN,
    "GET /api/v1/people/{huayun_person}": ADMIN,
    "PUT /api/v1/people/{pawn}": ADMIN,
    "POST /api/v1/people/{pawn}/password": ADMIN,
    "POST /logout": LEAVES,
}
A_PERSON = {"name": "Changed", "roles": ["requester"], "locale": "en", "zone": "UTC"}
AN_ORGANISATION = {"kind": "partner", "name": "Made by a test"}
A_CLIENT = {"name": "Changed"}
BODIES: dict[str, dict[str, Any]] = {
    "POST /account/language": {"locale": "en", "zone": "UTC"},
    "POST /account/theme": {"theme": "light"},
    "POST /account/password": {
        **{"current": "{password}", "new": "{new_password}", "again": "{new_password}"},
    },
    "POST /admin/clients/new": A_CLIENT | {"organisation_id": "{huayun}"},
    "POST /admin/clients/{huayun_client}": A_CLIENT | {"active": "on"},
    "POST /admin/people/new": A_PERSON
    | {"organisation_id": "{lingang}", "email": "page-{fresh}@people.example"},
    "POST /admin/people/{pawn}": A_PERSON | {"active": "on"},
    "POST /admin/people/organisations/new": AN_ORGANISATION | {"slug": "page-{fresh}"},
    "POST /admin/people/organisations/{first_grantee}": {"name": "Changed", "active": "on"},
    "POST /api/v1/clients": A_CLIENT | {"organisation_id": "{huayun}"},
    "PUT /api/v1/clients/{huayun_client}": A_CLIENT,
    "POST /api/v1/organisations": AN_ORGANISATION | {"slug": "api-{fresh}"},
    "PUT /api/v1/organisations/{first_grantee}": {"name": "Changed"},
    "POST /api/v1/people": A_PERSON
    | {"organisation_id": "{lingang}", "email": "api-{fresh}@people.example"},
    "PUT /api/v1/people/{pawn}": A_PERSON,
}
HOLDS = {
    "GET /admin/audit?object=contract:{contract}": "contract",
    "GET /api/v1/clients": "huayun_client",
}
