"""What happens to metrics and grants. Callers own the transaction; nothing here commits."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.monitoring.metrics.domain import Metric, NotAPartner
from services.monitoring.metrics.persistence import (
    add_grant,
    add_metric,
    load_metric,
    remove_grant,
)
from shared import audit, directory
from shared.kernel import NotFound, Staff

SOURCE = "/tandem/monitoring"


def learn_metrics(session: Session, metrics: Iterable[Metric]) -> None:
    """The metrics of a contract that has become active. Heard twice, they are learnt once."""
    for metric in metrics:
        if add_metric(session, metric):
            note(session, SOURCE, metric.id, "metric_learnt")


def grant_writing(
    session: Session, manager: Staff, *, metric_id: UUID, organisation_id: UUID, now: datetime
) -> None:
    """Let a partner's systems send measurements of this metric. Twice is as good as once."""
    metric = load_metric(session, metric_id)
    partners = {each.id: each for each in directory.organisations_of_kind(session, "partner")}
    if (partner := partners.get(organisation_id)) is None:
        raise NotAPartner
    new = add_grant(
        session,
        metric_id=metric.id,
        organisation_id=partner.id,
        granted_by=manager.user_id,
        granted_at=now,
    )
    if new:
        note(session, manager, metric.id, "writing_granted", partner.name)


def revoke_writing(
    session: Session, manager: Staff, *, metric_id: UUID, organisation_id: UUID
) -> None:
    """What the partner has sent stays; nothing more is taken."""
    metric = load_metric(session, metric_id)
    if not remove_grant(session, metric_id=metric.id, organisation_id=organisation_id):
        raise NotFound
    name = directory.organisation_name(session, organisation_id)
    note(session, manager, metric.id, "writing_revoked", name)


def note(
    session: Session, actor: Staff | str, metric_id: UUID, action: str, organisation: str = ""
) -> None:
    detail = {"organisation": organisation} if organisation else {}
    audit.record(session, actor, chain=f"metric:{metric_id}", action=action, detail=detail)
