"""How a contract is drafted and accepted. Callers own the transaction; nothing here commits."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.contracts.agreements import events
from services.contracts.agreements.domain import Contract, Side
from services.contracts.agreements.persistence import (
    contract_of_award,
    load_contract,
    visible_to,
)
from shared import audit, db, directory
from shared.kernel import Staff, Vendor
from shared.messaging import outbox
from shared.messaging.notices import notify

Draft = Callable[[str, datetime], Contract]


def draft_contract(
    session: Session, *, award_id: UUID, time_zone: str, draft: Draft
) -> Contract | None:
    """Make the contract of an award, once. `draft` writes it, given its number and the time."""
    if contract_of_award(session, award_id):
        return None
    now = db.clock(session)
    number = db.next_number(session, "CT", now.astimezone(ZoneInfo(time_zone)).year)
    contract = draft(number, now)
    session.add(contract)
    session.flush()
    detail = {"number": number, "award_id": award_id, "terms_sha256": contract.terms_sha256()}
    audit.record(
        session,
        "contracts",
        chain=events.chain(contract.id),
        action="contract_drafted",
        detail=detail,
    )
    outbox.record(session, events.contract_drafted(contract))
    tell(session, contract, "contract_drafted", now, (Side.VENDOR, Side.BUYER))
    return contract


def accept_contract(
    session: Session, actor: Staff | Vendor, *, contract_id: UUID, terms_sha256: str | None = None
) -> Contract:
    """Accept for the actor's side. The second side's acceptance puts the contract into force."""
    contract = load_contract(session, contract_id, visible_to(actor))
    side = Side.VENDOR if isinstance(actor, Vendor) else Side.BUYER
    now = db.clock(session)
    acceptance = contract.accept(side, actor.subject, terms_sha256, now)
    session.flush()
    detail = {"side": side.value, "terms_sha256": acceptance.terms_sha256}
    audit.record(
        session,
        actor,
        chain=events.chain(contract.id),
        action=f"contract_accepted_{side}",
        detail=detail,
    )
    if contract.is_active:
        activate(session, contract, now)
    else:
        other = Side.BUYER if side == Side.VENDOR else Side.VENDOR
        tell(session, contract, "contract_accepted", now, (other,))
    return contract


def decline_contract(
    session: Session, actor: Staff | Vendor, *, contract_id: UUID, reason: str
) -> Contract:
    """Decline for the actor's side. The draft ends, and the award has no contract."""
    contract = load_contract(session, contract_id, visible_to(actor))
    side = Side.VENDOR if isinstance(actor, Vendor) else Side.BUYER
    now = db.clock(session)
    contract.decline(side, reason, now)
    session.flush()
    audit.record(
        session,
        actor,
        chain=events.chain(contract.id),
        action=f"contract_declined_{side}",
        detail={"side": side.value, "reason": contract.decline_reason},
    )
    outbox.record(session, events.contract_declined(contract, side, now))
    tell(session, contract, "contract_declined", now, (Side.VENDOR, Side.BUYER))
    return contract


def activate(session: Session, contract: Contract, now: datetime) -> None:
    audit.record(session, "contracts", chain=events.chain(contract.id), action="contract_activated")
    outbox.record(session, events.contract_activated(contract, now))
    tell(session, contract, "contract_activated", now, (Side.VENDOR, Side.BUYER))


def tell(
    session: Session, contract: Contract, template: str, now: datetime, sides: Iterable[Side]
) -> None:
    """Raise a notice to the people of one or both sides; the vendor's come first, everywhere."""
    audience = {
        Side.VENDOR: (directory.people_of(session, contract.organisation_id), events.vendor_path),
        Side.BUYER: (directory.people_with_role(session, "contract_manager"), events.staff_path),
    }
    for side in sides:
        people, path = audience[side]
        notify(
            session,
            source=events.SOURCE,
            to=directory.ids(people),
            template=template,
            subject_type="contract",
            subject_id=contract.id,
            path=path(contract.id),
            now=now,
            params={"number": contract.number, "title": contract.title},
            dedupe=f"{contract.id}:{side}",
        )
