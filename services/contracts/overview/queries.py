"""What a reader sees of a contract as a whole, and what waits for them across all contracts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from services.contracts.agreements import queries as agreements
from services.contracts.agreements.domain import SlaTerm
from services.contracts.agreements.queries import ContractView, Listing, Task
from services.contracts.delivery import queries as delivery
from services.contracts.delivery.queries import MilestoneRow
from services.contracts.settlement import queries as settlement
from services.contracts.settlement.queries import CreditRow, WindowRow
from shared.calendar import month_windows
from shared.kernel import N_, Actor, Labelled

NEVER = datetime.max.replace(tzinfo=UTC)


class Show(Labelled):
    """What the page of approvals lists."""

    REVIEWS = "reviews", N_("Deliverables")
    CREDITS = "credits", N_("Service credits")


@dataclass(frozen=True)
class Level:
    """A service level and its last windows, newest first."""

    term: SlaTerm
    windows: Sequence[WindowRow]


@dataclass(frozen=True)
class Overview:
    contract: ContractView
    milestones: Sequence[MilestoneRow]
    levels: Sequence[Level]
    credits: Sequence[CreditRow]
    next_task: Task | None

    @property
    def accepted_share(self) -> Decimal:
        """Per cent of the milestones that are accepted, by their shares."""
        done = (each.percent for each in self.milestones if each.state == "accepted")
        return sum(done, Decimal(0))


# What happened to a contract, as its audit chain tells it.
HAPPENED: Mapping[str, str] = {
    "contract_drafted": N_("Contract drafted from the award"),
    "contract_accepted_buyer": N_("Accepted by the buyer"),
    "contract_accepted_vendor": N_("Accepted by the vendor"),
    "contract_declined_buyer": N_("Declined by the buyer: %(reason)s"),
    "contract_declined_vendor": N_("Declined by the vendor: %(reason)s"),
    "contract_activated": N_("In force: both sides have accepted"),
    "deliverable_submitted": N_("“%(title)s”: version %(version)s handed in"),
    "deliverable_approved": N_("“%(title)s”: level %(level)s approved version %(version)s"),
    "deliverable_rework": N_("“%(title)s”: level %(level)s asked for changes"),
    "deliverable_rejected": N_("“%(title)s”: level %(level)s rejected version %(version)s"),
    "milestone_accepted": N_("“%(title)s” accepted"),
    "credit_proposed": N_("“%(title)s”: service credit of %(amount)s proposed"),
    "correction_proposed": N_("“%(title)s”: correction by %(amount)s proposed"),
    "correction_approved": N_("“%(title)s”: correction by %(amount)s approved"),
    "correction_rejected": N_("“%(title)s”: correction by %(amount)s rejected"),
    "credit_superseded": N_("“%(title)s”: proposal of %(amount)s replaced"),
    "credit_approved": N_("“%(title)s”: service credit of %(amount)s approved"),
    "credit_rejected": N_("“%(title)s”: service credit of %(amount)s rejected"),
}


def overview(session: Session, actor: Actor, contract_id: UUID) -> Overview:
    found = contract(session, actor, contract_id)
    todo = tasks(session, actor, contract_id)
    recent = settlement.rows_of(session, actor, contract_id, limit=5)
    return Overview(
        contract=found,
        milestones=delivery.milestones_of(session, actor, contract_id),
        levels=levels(session, actor, found),
        credits=recent,
        next_task=todo[0] if todo else None,
    )


def contract(session: Session, actor: Actor, contract_id: UUID) -> ContractView:
    return agreements.contract(session, actor, contract_id)


def service_levels(
    session: Session, actor: Actor, contract_id: UUID
) -> tuple[ContractView, list[Level]]:
    found = contract(session, actor, contract_id)
    return found, levels(session, actor, found)


def has_ended_month(found: ContractView, now: datetime) -> bool:
    """Whether its first calendar month, or what the period has of it, is over."""
    first = next(month_windows(found.time_zone, found.starts_on, found.ends_on))
    return first.ends_at <= now


def waiting(reader: Actor, show: Show) -> Listing:
    if show == Show.REVIEWS:
        return delivery.reviews_waiting(reader)
    return settlement.credits_waiting(reader)


def first_of(reader: Actor) -> Show:
    """What somebody comes for: finance for credits, everybody else for deliverables."""
    return Show.CREDITS if settlement.decides(reader) else Show.REVIEWS


def levels(session: Session, actor: Actor, found: ContractView) -> list[Level]:
    windows = settlement.newest_windows(session, actor, found.id)
    return [
        Level(term, [window for window in windows if window.metric_id == term.id])
        for term in found.sla
    ]


def tasks(session: Session, actor: Actor, contract_id: UUID | None = None) -> list[Task]:
    """One's own first, and among these what is due first."""
    sources = (agreements.tasks, delivery.tasks, settlement.tasks)
    found = [task for source in sources for task in source(session, actor, contract_id)]
    return sorted(found, key=lambda task: (not task.mine, task.due_at or NEVER))
