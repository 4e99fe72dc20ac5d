"""What contracts does when another service speaks."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.contracts.agreements import usecases as agreements
from services.contracts.agreements.domain import (
    Contract,
    Direction,
    Formula,
    MilestoneTerm,
    SlaTerm,
    Tier,
    number,
)
from services.contracts.delivery import usecases as delivery
from services.contracts.settlement import usecases as settlement
from services.contracts.settlement.domain import Window, WindowOutcome
from shared.directory import IDENTITY_HANDLERS
from shared.kernel import Money
from shared.messaging.envelope import Event
from shared.messaging.inbox import Handler

Data = Mapping[str, Any]


def on_rfp_awarded(session: Session, event: Event) -> None:
    """A draft contract from the promises of the winning bid, and its milestones as planned."""
    award = event.data
    contract = agreements.draft_contract(
        session,
        award_id=UUID(award["award_id"]),
        time_zone=award["time_zone"],
        draft=lambda numbered, now: contract_of(award, numbered, now),
    )
    if contract:
        delivery.plan_deliveries(session, contract)


def on_sla_window_evaluated(session: Session, event: Event) -> None:
    """A breach becomes a proposed service credit; news about it may replace the proposal."""
    said = event.data
    window = Window(
        window_id=UUID(said["window_id"]),
        revision=said["revision"],
        contract_id=UUID(said["contract_id"]),
        metric_id=UUID(said["metric_id"]),
        starts_at=datetime.fromisoformat(said["starts_at"]),
        ends_at=datetime.fromisoformat(said["ends_at"]),
        attained=number(said["attained"]),
        outcome=WindowOutcome(said["outcome"]),
        input_sha256=said["input_sha256"],
        evaluated_at=datetime.fromisoformat(said["evaluated_at"]),
    )
    settlement.settle_window(session, window)


def contract_of(award: Data, numbered: str, now: datetime) -> Contract:
    lot, promises, period = award["lot"], award["promises"], award["period"]
    return Contract(
        rfp_id=UUID(award["rfp_id"]),
        lot_id=UUID(lot["lot_id"]),
        award_id=UUID(award["award_id"]),
        plan_id=UUID(award["plan_id"]),
        organisation_id=UUID(award["organisation_id"]),
        buyer_id=UUID(award["buyer_id"]),
        number=numbered,
        title=title_of(award["title"], lot["title"]),
        tier=award["tier"],
        value=Money(Decimal(award["value"]["amount"]), award["value"]["currency"]),
        monthly=Decimal(award["charges"]["monthly"]),
        one_off=Decimal(award["charges"]["one_off"]),
        starts_on=date.fromisoformat(period["starts_on"]),
        ends_on=date.fromisoformat(period["ends_on"]),
        time_zone=award["time_zone"],
        standstill_ends_at=datetime.fromisoformat(award["standstill_ends_at"]),
        drafted_at=now,
        sla=[sla_term(n, each) for n, each in enumerate(promises["sla"], start=1)],
        milestones=[milestone(each) for each in promises["milestones"]],
        documents=[
            {name: each[name] for name in ("name", "sha256")} for each in promises["documents"]
        ],
    )


def title_of(rfp: str, lot: str) -> str:
    """An RFP with one lot often has a lot of the same name."""
    return rfp if lot == rfp else f"{rfp} – {lot}"


def sla_term(position: int, said: Data) -> SlaTerm:
    return SlaTerm(
        number=position,
        title=said["title"],
        unit=said["unit"],
        formula=Formula(said["formula"]),
        direction=Direction(said["direction"]),
        target=Decimal(said["target"]),
        minimum=number(said["minimum"]),
        window=said["window"],
        tiers=tuple(Tier.read(each) for each in said["tiers"]),
    )


def milestone(said: Data) -> MilestoneTerm:
    return MilestoneTerm(
        number=said["number"],
        title=said["title"],
        due_on=date.fromisoformat(said["due_on"]),
        percent=Decimal(said["percent"]),
        acceptance_criteria=said["acceptance_criteria"],
    )


HANDLERS: Mapping[str, Handler] = {
    **IDENTITY_HANDLERS,
    "tandem.rfp.rfp_awarded.v1": on_rfp_awarded,
    "tandem.monitoring.sla_window_evaluated.v1": on_sla_window_evaluated,
}
