"""The frame around every page: who I am, where I can go, in which language."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import g, request

from shared.kernel import N_, Actor, Partner, Vendor
from shared.web import formats, i18n
from shared.web.i18n import gettext
from shared.web.transactions import now

MOST_ENTRIES = 7
EAST_ASIAN = "\u2e80"  # Chinese, Japanese and Korean letters come after it, all others before
# Letters of one script, with hyphens and apostrophes between them.
LATIN, HAN = rf"[^\W\d_{EAST_ASIAN}-\U0010ffff]", rf"(?:(?=[{EAST_ASIAN}-\U0010ffff])[^\W\d_])"
IN_ONE_SCRIPT = re.compile(rf"{LATIN}(?:[-'’.]?{LATIN})*|{HAN}+")


@dataclass(frozen=True)
class Entry:
    """A place in the navigation. `roles`: who sees it, empty for all; `also`: pages below it."""

    href: str
    icon: str
    label: str
    roles: frozenset[str] = frozenset()
    also: tuple[str, ...] = field(default=())


WORK = Entry("/work", "checklist", N_("My work"))
VENDOR = (
    WORK,
    Entry("/portal/opportunities", "speakerphone", N_("Opportunities")),
    Entry("/portal/bids", "lock", N_("My bids")),
    Entry("/portal/contracts", "file-text", N_("Contracts"), also=("/portal/milestones",)),
    Entry("/portal/performance", "chart-line", N_("Performance")),
    Entry("/portal/messages", "message", N_("Messages")),
    Entry("/portal/company", "building", N_("Company")),
)
BUYING = frozenset({"requester", "buyer", "approver", "auditor"})
RFPS = BUYING | {"opener", "evaluator"}
DELIVERY = frozenset(
    {"buyer", "requester", "contract_manager", "quality", "finance", "legal", "auditor"}
)
RUNNING = frozenset({"operator", "admin"})
WAITING_PLANS = "/admin/plans?show=submitted"
INTERNAL = (
    WORK,
    Entry("/admin/plans", "bulb", N_("Plans"), BUYING),
    Entry(WAITING_PLANS, "checks", N_("Approvals"), frozenset({"approver"})),
    Entry("/admin/rfps", "speakerphone", N_("RFPs"), RFPS),
    Entry(
        "/admin/evaluations",
        "scale",
        N_("Evaluations"),
        frozenset({"buyer", "evaluator"}),
        ("/admin/awards",),
    ),
    Entry(
        "/admin/contracts",
        "file-text",
        N_("Contracts"),
        DELIVERY,
        ("/admin/milestones", "/admin/awards"),
    ),
    Entry(
        "/admin/approvals",
        "checks",
        N_("Approvals"),
        frozenset({"quality", "finance", "contract_manager"}),
    ),
    Entry("/admin/performance", "chart-line", N_("Performance"), DELIVERY),
    Entry("/admin/vendors", "building-store", N_("Vendors"), frozenset({"buyer", "auditor"})),
    Entry("/admin/operations", "activity", N_("Operations"), RUNNING),
    Entry("/admin/people", "users", N_("People"), frozenset({"admin"})),
    Entry("/admin/clients", "key", N_("API clients"), frozenset({"admin"})),
    Entry("/admin/audit", "history", N_("Audit"), frozenset({"auditor", "operator", "admin"})),
)
ROLES = {
    "requester": N_("Requester"),
    "buyer": N_("Buyer"),
    "evaluator": N_("Evaluator"),
    "opener": N_("Bid opener"),
    "approver": N_("Approver"),
    "legal": N_("Legal"),
    "finance": N_("Finance"),
    "contract_manager": N_("Contract manager"),
    "quality": N_("Quality reviewer"),
    "risk": N_("Risk officer"),
    "auditor": N_("Auditor"),
    "operator": N_("Operator"),
    "admin": N_("Administrator"),
    "vendor_admin": N_("Vendor administrator"),
    "vendor_member": N_("Vendor member"),
}


def around() -> dict[str, Any]:
    """The context that `layout.html` needs, for every template."""
    actor: Actor | None = g.get("actor")
    other = next(code for code in i18n.LANGUAGES if code != i18n.language())
    return {
        "errors": {},
        "values": {},
        "lang": i18n.language(),
        "theme": theme(actor),
        "me": person(actor),
        "nav": entries(actor),
        "nav_here": here(actor),
        "return_to": return_to(),
        "inbox": "/portal/messages" if isinstance(actor, Vendor) else "/admin/messages",
        "zone_words": formats.zone_words(now(), i18n.locale(), i18n.zone_name()),
        "other_language": {"code": other, "name": i18n.LANGUAGES[other], "href": switch(other)},
    }


def theme(actor: Actor | None) -> str:
    chosen = actor.theme if actor else request.cookies.get("theme", "")
    return "dark" if chosen == "dark" else "light"


def switch(code: str) -> str:
    """The link that changes the language and comes back to this page."""
    return "/language?" + urlencode({"to": code, "next": return_to()})


def return_to() -> str:
    """This page; after a form that was not taken, the page it stands on is not known."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/work"


def person(actor: Actor | None) -> dict[str, str] | None:
    if actor is None:
        return None
    roles = sorted(gettext(ROLES[role]) for role in actor.roles if role in ROLES)
    return {
        "name": actor.name or actor.organisation,
        "initials": initials(actor.name or actor.organisation),
        "organisation": actor.organisation,
        "zone": actor.zone,
        "roles": gettext(", ").join(roles),
    }


def initials(name: str) -> str:
    """WL of Wang Lei, 王 of 王磊; of a name in two scripts, the one it begins with."""
    parts = IN_ONE_SCRIPT.findall(unicodedata.normalize("NFKC", name))
    if not parts:
        return ""
    first, *rest = [part for part in parts if is_east_asian(part) == is_east_asian(parts[0])]
    if is_east_asian(first):
        return str(first[0])  # the family name
    return "".join(part[0] for part in (first, *rest[-1:])).upper()


def is_east_asian(letters: str) -> bool:
    return letters > EAST_ASIAN


def entries(actor: Actor | None) -> list[Entry]:
    """At most seven places, those of the actor's roles."""
    if actor is None or isinstance(actor, Partner):
        return []
    offered = VENDOR if isinstance(actor, Vendor) else INTERNAL
    seen = [each for each in offered if not each.roles or not each.roles.isdisjoint(actor.roles)]
    return seen[:MOST_ENTRIES]


def here(actor: Actor | None) -> str:
    """The entry that the page at hand belongs to; one for this very address comes first."""
    seen = entries(actor)
    if request.full_path in {each.href for each in seen}:
        return request.full_path
    for each in seen:
        if any(below(request.path, place) for place in (each.href, *each.also)):
            return each.href
    return ""


def below(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")
