"""Which days a contract may last, and on which its milestones may be due."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.rfp.tenders.domain import errors
from services.rfp.tenders.domain.parts import MilestoneTarget
from shared.kernel import DomainError

Days = tuple[date, date]  # the first and the last day, both included


def period_faults(contract: Days, *, plan: Days, bids_close_on: date) -> Iterator[DomainError]:
    """A contract may have begun, as where a service goes on, but there is something left to do."""
    first, last = contract
    if last < first:
        yield errors.PeriodReversed()
    elif last < bids_close_on:
        yield errors.ContractEndsTooSoon(on=last, closing=bids_close_on)
    if first < plan[0] or last > plan[1]:
        yield errors.OutsidePlan(first=plan[0], last=plan[1])


def late_or_early(
    milestones: Sequence[MilestoneTarget], first: date, last: date
) -> Iterator[DomainError]:
    for each in milestones:
        if last >= first and not first <= each.due_on <= last:
            yield errors.MilestoneOutside(title=each.title, on=each.due_on)
