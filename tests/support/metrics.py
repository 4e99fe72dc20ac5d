"""Builders for tests of monitoring: metrics, measurements, the people around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.monitoring.measurements import usecases
from services.monitoring.measurements.domain.rows import Measurement, Numbered, Sheet
from services.monitoring.metrics.domain import Direction, Formula, Metric, Tier
from services.monitoring.metrics.usecases import grant_writing
from services.monitoring.slas.domain import Evaluation
from services.monitoring.slas.usecases import evaluate_windows
from shared.kernel import Actor, Partner, Staff
from support.actors import actors, an_id, auditor, partner, staff, vendor
from support.database import Sessions

CSV = b"taken_at,value,external_id\n2026-10-05T10:00:00+08:00,1,a\n2026-10-05T10:01:00Z,0,b\n"
OCTOBER = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)
MANAGER = staff("contract_manager")
CALLGRID = partner("callgrid")
OUTSIDER = replace(auditor("outsider"), organisation_id=an_id("office"))
KNOWN: Sequence[Actor] = (
    MANAGER,
    staff("finance"),
    auditor(),
    vendor("huayun", "huayun-org"),
    vendor("nordwind", "nordwind-org"),
    CALLGRID,
    partner("otherworks"),
    OUTSIDER,
)
TIERS = (
    Tier(None, Decimal(90), Decimal(10)),
    Tier(Decimal(90), Decimal(95), Decimal(5)),
    Tier(Decimal(95), None, Decimal(0)),
)


@dataclass(frozen=True)
class Read:
    """A measurement as the rules see it."""

    value: Decimal
    taken_at: datetime = datetime(2026, 10, 5, tzinfo=UTC)
    source: str = "telephony"
    external_id: str = "call-1"


def monitoring_actors() -> dict[str, Actor]:
    blunt = Partner(f"cli_{an_id('blunt')}", CALLGRID.organisation_id, organisation="blunt")
    return actors(*KNOWN, blunt, staff("opener"))


def a_metric(name: str = "answered", **changes: Any) -> Metric:
    made = Metric(
        id=an_id(name),
        contract_id=an_id("contract"),
        organisation_id=an_id("huayun-org"),
        contract_number="CT-2026-001",
        contract_title="Service desk",
        position=1,
        title="Calls answered within 20 seconds",
        unit="%",
        formula=Formula.RATIO,
        direction=Direction.HIGHER,
        target=Decimal(95),
        minimum=Decimal(90),
        tiers=TIERS,
        starts_on=date(2026, 10, 1),
        ends_on=date(2027, 9, 30),
        time_zone="Asia/Shanghai",
    )
    return replace(made, **changes)


def measured(
    metric_id: UUID, values: Sequence[Any], *, at: datetime = OCTOBER, source: str = "telephony"
) -> list[Numbered]:
    """One measurement a minute, numbered from 1."""
    return list(numbered(metric_id, values, at, source))


def numbered(
    metric_id: UUID, values: Sequence[Any], at: datetime, source: str
) -> Iterator[Numbered]:
    for n, value in enumerate(values, start=1):
        taken_at = at + timedelta(minutes=n)
        named = f"{at:%m%d}-{n}"
        yield n, Measurement(metric_id, source, named, taken_at, Decimal(str(value)))


def sent(rows: Sequence[Numbered]) -> dict[str, Any]:
    """The same as a body of the API."""
    return {
        "measurements": [
            {
                "metric_id": str(one.metric_id),
                "source": one.source,
                "external_id": one.external_id,
                "taken_at": one.taken_at.isoformat(),
                "value": str(one.value),
            }
            for _, one in rows
        ]
    }


def take(
    sessions: Sessions, rows: Sequence[Numbered], *, now: datetime, by: Actor = MANAGER
) -> usecases.Taken:
    with sessions.begin() as session:
        return usecases.take_batch(session, by, Sheet(rows), now=now)


def allow(sessions: Sessions, metric: Metric, *, now: datetime, who: Partner = CALLGRID) -> None:
    with sessions.begin() as session:
        grant_writing(
            session, MANAGER, metric_id=metric.id, organisation_id=who.organisation_id, now=now
        )


def evaluate(sessions: Sessions, metric: Metric, by: Staff | str = MANAGER) -> list[Evaluation]:
    with sessions.begin() as session:
        return evaluate_windows(session, by, metric_id=metric.id)
