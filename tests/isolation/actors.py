"""Who asks: each person, system and stranger, with everything they could prove themselves with."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from gateway.tokens import Identity

PAGE, API = "page", "api"
NOBODY = "nobody"

HUAYUN = ("huayun.vendor_admin", "huayun.vendor_member", "huayun.client")
NORDWIND = ("nordwind.vendor_admin", "nordwind.vendor_member", "nordwind.client")
UNINVITED = ("uninvited.vendor_admin", "uninvited.client")
INVITED = (*HUAYUN, *NORDWIND)
VENDORS = (*INVITED, *UNINVITED)
COMMITTEE = ("evaluator1", "evaluator2", "evaluator3")
OPENERS = ("opener1", "opener2")
# What the demo does not have: roles nobody holds yet, and people of a role outside the committee.
EXTRA_STAFF = ("requester2", "buyer2", "evaluator4", "opener3", "legal", "risk")
STAFF = (
    *("requester", "requester2", "approver", "buyer", "buyer2"),
    *(*COMMITTEE, "evaluator4", *OPENERS, "opener3"),
    *("quality1", "contract_manager", "finance", "legal", "risk", "auditor", "operator", "admin"),
)
PARTNER = "callgrid.client"  # measures for the contract
OTHER_PARTNER = "othergrid.client"  # measures nothing of it
OUTSIDE_AUDITOR = "outside.auditor"
CLIENTS = ("huayun.client", "nordwind.client", "uninvited.client", PARTNER, OTHER_PARTNER)
EVERYBODY = (*VENDORS, *STAFF, PARTNER, OTHER_PARTNER, OUTSIDE_AUDITOR, NOBODY)
SIGNED_IN = tuple(each for each in EVERYBODY if each not in (*CLIENTS, NOBODY))
FROM_OUTSIDE = frozenset((*VENDORS, PARTNER, OTHER_PARTNER, OUTSIDE_AUDITOR, NOBODY))


@dataclass(frozen=True)
class Actor:
    """`identity` is what services read; nobody has none. Systems have no cookie."""

    name: str
    identity: Identity | None = None
    cookie: str = ""
    bearer: str = ""

    @property
    def csrf(self) -> str:
        return self.identity.csrf if self.identity else ""

    def proof(self, way: str) -> dict[str, str]:
        """The headers that prove who asks: a cookie for pages, a token for the API."""
        if way == PAGE and self.cookie:
            return {"Cookie": self.cookie}
        return {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}

    @property
    def person_id(self) -> UUID:
        assert self.identity
        return UUID(self.identity.subject.removeprefix("usr_"))


def without(everybody: Iterable[str], *some: str) -> tuple[str, ...]:
    return tuple(each for each in everybody if each not in some)
