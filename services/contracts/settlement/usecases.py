"""How credits are proposed and decided. Callers own the transaction; nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.contracts.agreements.domain import Contract, spelled, written
from services.contracts.agreements.events import SOURCE, chain
from services.contracts.agreements.persistence import load_contract
from services.contracts.settlement import events
from services.contracts.settlement.domain import (
    Credit,
    CreditState,
    Decision,
    Window,
    decision_due_at,
    propose,
    term_of,
)
from services.contracts.settlement.persistence import (
    load_credit,
    load_credits_of,
    newest_revision,
)
from shared import audit, db, directory
from shared.kernel import Staff
from shared.messaging import outbox
from shared.messaging.notices import notify


def settle_window(session: Session, window: Window) -> Credit | None:
    """Hear of an evaluated window, and propose what it is worth. Older news is left alone."""
    contract = load_contract(session, window.contract_id)
    term_of(contract, window.metric_id)
    if window.revision <= newest_revision(session, window.window_id):
        return None
    session.add(window)
    earlier = load_credits_of(session, window.window_id)
    open_before = [each for each in earlier if each.state == CreditState.PROPOSED]
    now = db.clock(session)
    credit = propose(contract, window, earlier, now)
    session.flush()  # what is replaced before what replaces it: one open proposal per window
    for replaced in open_before:
        note(session, "contracts", contract, replaced, "credit_superseded")
    if credit:
        session.add(credit)
        session.flush()
        announce(session, contract, credit, open_before, now)
    else:
        tell_of_withdrawal(session, contract, open_before, now)
    return credit


def announce(
    session: Session, contract: Contract, credit: Credit, before: Sequence[Credit], now: datetime
) -> None:
    """`before`: the open proposal that this one replaces, if there was one."""
    note(session, "contracts", contract, credit, called(credit, "proposed"))
    outbox.record(session, events.credit_proposed(credit))
    template = called(credit, "replaced" if before else "proposed")
    said = {"before": written(before[-1].value)} if before else {}
    tell_vendor(session, contract, credit, template, now, **said)
    due_at = decision_due_at(now, contract.time_zone)
    tell_staff(session, contract, credit, template, now, role="finance", due_at=due_at, **said)


def tell_of_withdrawal(
    session: Session, contract: Contract, open_before: Sequence[Credit], now: datetime
) -> None:
    """What was proposed is due no more, and nothing takes its place."""
    for credit in open_before:
        tell_vendor(session, contract, credit, "credit_withdrawn", now)
        tell_staff(session, contract, credit, "credit_withdrawn", now, role="finance")


def called(credit: Credit, state: str) -> str:
    """What happened to it, for history and notices: a correction has words of its own."""
    return f"correction_{state}" if credit.is_correction else f"credit_{state}"


def decide_credit(
    session: Session, finance: Staff, *, credit_id: UUID, decision: Decision, reason: str = ""
) -> Credit:
    """Approve or reject a proposal, once. Only what is approved may be set off."""
    credit = load_credit(session, credit_id)
    contract = session.get_one(Contract, credit.contract_id)
    now = db.clock(session)
    credit.decide(decision, by=finance.subject, reason=reason, now=now)
    session.flush()
    template = called(credit, credit.state)
    note(session, finance, contract, credit, template)
    if credit.state == CreditState.APPROVED:
        outbox.record(session, events.credit_approved(credit, now))
    tell_vendor(session, contract, credit, template, now)
    tell_staff(session, contract, credit, template, now, role="contract_manager")
    return credit


def note(
    session: Session, actor: Staff | str, contract: Contract, credit: Credit, action: str
) -> None:
    detail = {
        "title": term_of(contract, credit.metric_id).title,
        "credit_id": credit.id,
        "calculation_id": credit.calculation_id,
        "revision": credit.revision,
        "amount": spelled(credit.value),
        "reason": credit.reason,
    }
    audit.record(session, actor, chain=chain(contract.id), action=action, detail=detail)


def tell_vendor(
    session: Session, contract: Contract, credit: Credit, template: str, now: datetime, **said: str
) -> None:
    people = directory.ids(directory.people_of(session, contract.organisation_id))
    path = events.vendor_path(contract.id, credit.id)
    tell(session, contract, credit, template, now, to=people, path=path, due_at=None, **said)


def tell_staff(
    session: Session,
    contract: Contract,
    credit: Credit,
    template: str,
    now: datetime,
    *,
    role: str,
    due_at: datetime | None = None,
    **said: str,
) -> None:
    people = directory.ids(directory.people_with_role(session, role))
    path = events.staff_path(contract.id, credit.id)
    tell(session, contract, credit, template, now, to=people, path=path, due_at=due_at, **said)


def tell(
    session: Session,
    contract: Contract,
    credit: Credit,
    template: str,
    now: datetime,
    *,
    to: list[UUID],
    path: str,
    due_at: datetime | None = None,
    **said: str,
) -> None:
    notify(
        session,
        source=SOURCE,
        to=to,
        template=template,
        subject_type="credit",
        subject_id=credit.id,
        path=path,
        now=now,
        due_at=due_at,
        params={
            "number": contract.number,
            "title": contract.title,
            "level": term_of(contract, credit.metric_id).title,
            "month": credit.month(contract.time_zone),
            "amount": written(credit.value),
            **said,
        },
        dedupe=str(credit.id),
    )
