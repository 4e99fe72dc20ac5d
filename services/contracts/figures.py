"""The figures of *My work*: contracts in force, and for finance the credits to decide on."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from services.contracts.agreements import queries as agreements
from services.contracts.agreements.domain import ContractState
from services.contracts.settlement import queries as settlement
from shared.kernel import Actor, Vendor
from shared.web.i18n import gettext as _

Figure = dict[str, Any]


def figures(session: Session, actor: Actor) -> list[Figure]:
    """None for whoever may see no contract."""
    return [*of_contracts(session, actor), *of_credits(session, actor)]


def of_contracts(session: Session, actor: Actor) -> Iterator[Figure]:
    counts = agreements.contract_counts(session, actor)
    if not counts and not isinstance(actor, Vendor):
        return
    home = "/portal/contracts" if isinstance(actor, Vendor) else "/admin/contracts"
    every = _("Of %(n)s in all", n=sum(counts.values()))
    yield figure(_("Contracts in force"), counts.get(ContractState.ACTIVE, 0), home, every)


def of_credits(session: Session, actor: Actor) -> Iterator[Figure]:
    if settlement.decides(actor):
        waiting = settlement.count_waiting(session, actor)
        why = _("They wait for finance")
        yield figure(_("Service credits to decide on"), waiting, "/admin/approvals", why)


def figure(title: str, value: int, href: str, compare: str) -> Figure:
    return {"title": title, "value": str(value), "href": href, "compare": compare}
