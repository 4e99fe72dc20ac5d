"""How measurements come in. Callers own the transaction; nothing here commits."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.monitoring.measurements.domain.reading import SentFile, read_csv
from services.monitoring.measurements.domain.rows import (
    MOST_FAULTS,
    Fault,
    Measurement,
    NotTaken,
    RowFault,
    RowsRefused,
    Sheet,
    Way,
    rule_faults,
)
from services.monitoring.measurements.persistence import (
    add_import,
    add_measurements,
    conflicting_rows,
    mark_late,
    partner_by_slug,
)
from services.monitoring.metrics.domain import Metric
from services.monitoring.metrics.persistence import metrics_by_id
from shared import audit
from shared.kernel import Actor, Forbidden, NotFound, Partner, Staff, uuid7
from shared.messaging import notices

SOURCE = "/tandem/monitoring"
SCOPE = "measurements:write"
UNSEEN = timedelta(hours=1)  # longer than any transaction whose rows an evaluation cannot see yet


@dataclass(frozen=True)
class Taken:
    """How many measurements were new, and how many we had already, equal in every respect."""

    accepted: int
    repeated: int


def take_batch(
    session: Session, actor: Actor, sheet: Sheet, *, now: datetime, way: Way = Way.API
) -> Taken:
    """All of the rows or none: `RowsRefused` names each that is wrong."""
    metrics = writable_metrics(session, actor, {one.metric_id for _, one in sheet.rows})
    taken = take(session, sheet, metrics, way=way, sent_by=actor.organisation_id, now=now)
    for metric_id, count in sorted(taken.items()):  # in one order, because each locks a chain
        note(session, actor, metric_id, "measurements_taken", count=count, way=way.value)
    accepted = sum(taken.values())
    return Taken(accepted, len(sheet.rows) - accepted)


def take_by_hand(
    session: Session,
    manager: Staff,
    *,
    metric_id: UUID,
    taken_at: datetime,
    value: Decimal,
    external_id: str,
    now: datetime,
) -> Taken:
    one = Measurement(metric_id, Way.HAND.value, external_id, taken_at, value)
    return take_batch(session, manager, Sheet([(1, one)]), now=now, way=Way.HAND)


def take_from_topic(session: Session, slug: str, one: Measurement, *, now: datetime) -> None:
    """A message of a partner's system. It has no audit entry of its own: what counted stands in
    the entry of its window, by the hash over all rows."""
    partner = partner_by_slug(session, slug)
    metrics = metrics_by_id(session, [one.metric_id], granted_to=partner) if partner else {}
    sent_by = partner or one.metric_id  # never kept: without a partner nothing is taken
    take(session, Sheet([(1, one)]), metrics, way=Way.KAFKA, sent_by=sent_by, now=now)


def import_csv(
    session: Session, actor: Actor, *, metric_id: UUID, file: SentFile, now: datetime
) -> UUID:
    """Take a file of one metric, or keep why not. Either way the import is remembered."""
    metric = writable_metrics(session, actor, [metric_id]).get(metric_id)
    if metric is None:
        raise NotFound
    facts: dict[str, Any] = {
        "id": (import_id := uuid7()),
        "metric_id": metric_id,
        "name": file.name,
        "size": len(file.content),
        "sha256": file.sha256,
        "uploaded_by": actor.subject,
        "uploaded_at": now,
    }
    try:
        with session.begin_nested():
            sheet = read_csv(file.content, metric_id)
            taken = take_batch(session, actor, sheet, now=now, way=Way.CSV)
        add_import(session, **facts, **vars(taken))
    except NotTaken as refusal:
        refuse_import(session, actor, metric, facts, refusal)
    return import_id


def refuse_import(
    session: Session, actor: Actor, metric: Metric, facts: Mapping[str, Any], refusal: NotTaken
) -> None:
    faults = refusal.faults[:MOST_FAULTS] if isinstance(refusal, RowsRefused) else ()
    add_import(
        session,
        **facts,
        refusal=refusal.message,
        refusal_params=refusal.params,
        faults=[(each.row, each.field, each.fault.value) for each in faults],
    )
    note(session, actor, metric.id, "import_refused", name=facts["name"])
    notices.notify(
        session,
        source=SOURCE,
        to=[actor.person_id] if actor.person_id else [],
        template="import_failed",
        subject_type="import",
        subject_id=facts["id"],
        path=f"/admin/performance/imports/{facts['id']}",
        now=facts["uploaded_at"],
        params={"number": metric.contract_number, "title": facts["name"]},
        dedupe=str(facts["id"]),
    )


def take(
    session: Session,
    sheet: Sheet,
    metrics: Mapping[UUID, Metric],
    *,
    way: Way,
    sent_by: UUID,
    now: datetime,
) -> dict[UUID, int]:
    """How many rows of each metric were new. After `RowsRefused` the caller rolls back."""
    if faults := [*sheet.faults, *rule_faults(sheet.rows, metrics, now)]:
        raise RowsRefused(sorted(faults, key=lambda each: each.row))
    taken = add_measurements(session, sheet.rows, way=way, sent_by=sent_by)
    if sum(taken.values()) < len(sheet.rows) and (found := conflicting_rows(session)):
        raise RowsRefused([RowFault(row, "external_id", Fault.CONFLICT) for row in found])
    mark_late(session, late_windows(sheet, [metrics[each] for each in taken], now))
    return taken


def late_windows(
    sheet: Sheet, metrics: Iterable[Metric], now: datetime
) -> set[tuple[UUID, datetime]]:
    """The windows of rows that came after its end, or so late that an evaluation may miss them."""
    found = set()
    for metric in metrics:
        windows = metric.ended_windows(now + UNSEEN)
        times = [one.taken_at for _, one in sheet.rows if one.metric_id == metric.id]
        late = [each for each in times if windows and each < windows[-1].ends_at]
        starts = [window.starts_at for window in windows]
        found |= {(metric.id, starts[bisect_right(starts, each) - 1]) for each in late}
    return found


def writable_metrics(
    session: Session, actor: Actor, metric_ids: Collection[UUID]
) -> dict[UUID, Metric]:
    """Contract managers write to every metric, partners to those granted to them."""
    if isinstance(actor, Staff) and "contract_manager" in actor.roles:
        return metrics_by_id(session, metric_ids)
    if isinstance(actor, Partner) and SCOPE in actor.scopes:
        return metrics_by_id(session, metric_ids, granted_to=actor.organisation_id)
    raise Forbidden


def note(session: Session, actor: Actor, metric_id: UUID, action: str, **detail: Any) -> None:
    audit.record(session, actor, chain=f"metric:{metric_id}", action=action, detail=detail)
