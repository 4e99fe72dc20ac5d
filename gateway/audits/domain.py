"""Which object belongs to which chain, and whose chain that is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from gateway.services import Service

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
# Of these every service keeps some.
COMMON = ("dead_letter", "outbox_event")


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
