"""Where each path goes and who may go there. Data; the longest prefix decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

KB, MB = 1024, 1024 * 1024
LITTLE, FORM, DOCUMENT = 16 * KB, 1 * MB, 110 * MB


class Way(Enum):
    """What a request may prove itself with."""

    PAGE = "a session cookie"
    API = "a bearer token"
    OPEN = "nothing, or what the service itself asks for"


EVERYONE = frozenset({"buyer", "vendor", "partner", "auditor"})
STAFF = frozenset({"buyer", "auditor"})
VENDORS = frozenset({"vendor"})


@dataclass(frozen=True)
class Route:
    prefix: str
    service: str
    way: Way = Way.PAGE
    admits: frozenset[str] = EVERYONE
    limit: int = FORM  # bytes of a request's body
    signed_out: bool = False  # a page that needs no session


def pages(service: str, admits: frozenset[str], *prefixes: str) -> Iterable[Route]:
    return (Route(prefix, service, admits=admits, limit=DOCUMENT) for prefix in prefixes)


def api(service: str, *names: str) -> Iterable[Route]:
    return (Route(f"/api/v1/{name}", service, Way.API, limit=DOCUMENT) for name in names)


def open_to_all(service: str, *prefixes: str) -> Iterable[Route]:
    return (Route(prefix, service, Way.OPEN, limit=LITTLE) for prefix in prefixes)


ROUTES: tuple[Route, ...] = (
    Route("/login", "idp", limit=LITTLE, signed_out=True),
    Route("/language", "idp", limit=LITTLE, signed_out=True),
    *open_to_all("idp", "/oauth", "/.well-known/oauth-authorization-server"),
    *open_to_all("idp", "/.well-known/jwks.json", "/api/v1/openapi/gateway.json"),
    Route("/logout", "idp"),
    Route("/work", "idp"),
    Route("/account", "idp"),
    Route("/admin/people", "idp", admits=STAFF),
    Route("/admin/clients", "idp", admits=STAFF),
    Route("/admin/operations", "idp", admits=STAFF),
    Route("/admin/audit", "idp", admits=STAFF),
    *api("idp", "people", "organisations", "clients"),
    *pages("rfp", STAFF, "/admin/plans", "/admin/rfps", "/admin/evaluations"),
    *pages("rfp", STAFF, "/admin/awards", "/admin/vendors"),
    *pages("rfp", VENDORS, "/portal/opportunities", "/portal/bids", "/portal/company"),
    *api("rfp", "plans", "rfps", "lots", "bids", "questions", "evaluations", "awards", "vendors"),
    *open_to_all("rfp", "/api/v1/openapi/rfp.json"),
    *pages("contracts", STAFF, "/admin/contracts", "/admin/milestones", "/admin/approvals"),
    *pages("contracts", STAFF, "/admin/corrections", "/admin/invoices", "/admin/disputes"),
    *pages("contracts", VENDORS, "/portal/contracts", "/portal/milestones", "/portal/invoices"),
    *api("contracts", "contracts", "milestones", "deliverables", "reviews", "credits"),
    *api("contracts", "invoices", "corrections", "disputes"),
    *open_to_all("contracts", "/api/v1/openapi/contracts.json"),
    *pages("monitoring", STAFF, "/admin/performance", "/admin/risks", "/admin/incidents"),
    *pages("monitoring", STAFF, "/admin/scorecards"),
    *pages("monitoring", VENDORS, "/portal/performance"),
    *api("monitoring", "metrics", "measurements", "windows", "warnings", "risks", "incidents"),
    *api("monitoring", "scorecards"),
    *open_to_all("monitoring", "/api/v1/openapi/monitoring.json"),
    *pages("notifications", STAFF, "/admin/messages", "/admin/webhooks"),
    *pages("notifications", VENDORS, "/portal/messages"),
    *pages("notifications", EVERYONE, "/developers"),
    *api("notifications", "notices", "webhooks", "events"),
    *open_to_all("notifications", "/api/v1/openapi/notifications.json"),
)
BY_PREFIX: Mapping[str, Route] = {route.prefix: route for route in ROUTES}
SERVICES = ("rfp", "contracts", "monitoring", "notifications")


def find(path: str) -> Route | None:
    """The route of the longest prefix that ends where a segment of the path ends."""
    prefix = path
    while prefix:
        if route := BY_PREFIX.get(prefix):
            return route
        prefix = prefix.rpartition("/")[0]
    return None
