"""Which object belongs to which chain, and whose chain that is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from gateway.services import Service
from shared.kernel import N_

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CHAIN = re.compile(r"([a-z][a-z0-9_]*):([A-Za-z0-9._-]+)")
# The first word of a chain -> the services that keep such chains.
OWNERS: Mapping[str, Service] = {
    "plan": Service.RFP,
    "rfp": Service.RFP,
    "bid": Service.RFP,
    "vendor": Service.RFP,
    "contract": Service.CONTRACTS,
    "metric": Service.MONITORING,
    "inbox": Service.NOTIFICATIONS,
    "person": Service.GATEWAY,
    "organisation": Service.GATEWAY,
    "client": Service.GATEWAY,
    "keys": Service.GATEWAY,
}
# Of these every service keeps some, and they are known by a UUID.
COMMON = ("dead_letter", "outbox_event")


# The first word of a chain -> what people call the thing, and where its page is.
KINDS: Mapping[str, tuple[str, str]] = {
    "plan": (N_("Plan"), "/admin/plans/{}"),
    "rfp": (N_("RFP"), "/admin/rfps/{}"),
    "bid": (N_("Bid"), ""),
    "vendor": (N_("Vendor"), "/admin/vendors/{}"),
    "contract": (N_("Contract"), "/admin/contracts/{}"),
    "metric": (N_("Service level"), "/admin/performance/{}"),
    "inbox": (N_("Inbox"), ""),
    "person": (N_("Person"), "/admin/people/{}"),
    "organisation": (N_("Organisation"), "/admin/people/organisations/{}"),
    "client": (N_("API client"), "/admin/clients/{}"),
    "keys": (N_("Keys"), ""),
    "dead_letter": (N_("Dead letter"), ""),
    "outbox_event": (N_("Parked event"), ""),
    "outbox": (N_("Outbox"), ""),
    "job": (N_("Job"), ""),
}


def kind_of(chain: str) -> str:
    word = chain.partition(":")[0]
    return KINDS.get(word, (word, ""))[0]


def page_of(chain: str) -> str:
    word, _, number = chain.partition(":")
    return KINDS.get(word, ("", ""))[1].format(number)


@dataclass(frozen=True)
class Wanted:
    """Chains that the words of a search could mean."""

    chains: tuple[str, ...]


def wanted(text: str) -> Wanted:
    """A chain as it is (`rfp:0193…`), or the id in a page's address, which may be any object's."""
    chain = CHAIN.fullmatch(text.strip())
    if chain:
        return Wanted((chain[0],))
    found = UUID_TEXT.search(text)
    if not found:
        return Wanted(())
    number = UUID(found[0])
    return Wanted(tuple(f"{word}:{number}" for word in (*OWNERS, *COMMON)))


def owners(chain: str) -> tuple[Service, ...]:
    """The service to ask; all of them where the word is not one of ours."""
    owner = OWNERS.get(chain.partition(":")[0])
    return (owner,) if owner else tuple(Service)
