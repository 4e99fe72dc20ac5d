"""notifications: everybody reads their own messages. `notice` is for huayun's administrator,
`staff_notice` for the buyer."""

from isolation.actors import OUTSIDE_AUDITOR, STAFF, VENDORS

A_VENDOR = tuple(each for each in VENDORS if not each.endswith(".client"))
READERS = ("buyer", *(each for each in STAFF if each != "buyer"), OUTSIDE_AUDITOR)

ADMITS = {
    "GET /admin/messages": READERS,
    "GET /admin/messages/unread": READERS,
    "POST /admin/messages/reading": READERS,
    "POST /admin/messages/{staff_notice}/opening": ("buyer",),
    "POST /admin/messages/{staff_notice}/reading": ("buyer",),
    "GET /portal/messages": A_VENDOR,
    "GET /portal/messages/unread": A_VENDOR,
    "POST /portal/messages/reading": A_VENDOR,
    "POST /portal/messages/{notice}/opening": ("huayun.vendor_admin",),
    "POST /portal/messages/{notice}/reading": ("huayun.vendor_admin",),
    "GET /api/v1/notices": (*VENDORS, *READERS),
    "POST /api/v1/notices/{notice}/reading": ("huayun.vendor_admin",),
    "POST /api/v1/notices/{staff_notice}/reading": ("buyer",),
}
BODIES: dict[str, dict[str, str]] = {}
HOLDS = {"GET /api/v1/notices": "notice", "GET /portal/messages": "notice"}
