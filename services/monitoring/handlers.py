"""What monitoring does when another service, or a partner's system, speaks."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from services.monitoring.measurements import usecases as measurements
from services.monitoring.measurements.domain.rows import Measurement, RowsRefused
from services.monitoring.metrics import usecases as metrics
from services.monitoring.metrics.domain import SHARES, Direction, Formula, Metric, Tier
from shared.directory import IDENTITY_HANDLERS
from shared.messaging.envelope import Event
from shared.messaging.inbox import Handler
from shared.messaging.schemas import InvalidData

PARTNER = re.compile(r"/partners/([a-z0-9-]+)")


class MeasurementRefused(InvalidData):
    """Trying again helps nothing before a person acts: such a message is a dead letter at once."""


class UnitRefused(InvalidData):
    """A ratio in a unit of which nobody knows how a share from 0 to 1 is written in it."""


def on_contract_activated(session: Session, event: Event) -> None:
    targets = enumerate(event.data["sla"], start=1)
    metrics.learn_metrics(
        session, [metric_of(event.data, target, position) for position, target in targets]
    )


def metric_of(contract: Mapping[str, Any], target: Mapping[str, Any], position: int) -> Metric:
    period, least = contract["period"], target["minimum"]
    formula = Formula(target["formula"])
    if formula is Formula.RATIO and target["unit"] not in SHARES:
        raise UnitRefused("unit")
    return Metric(
        id=UUID(target["metric_id"]),
        contract_id=UUID(contract["contract_id"]),
        organisation_id=UUID(contract["organisation_id"]),
        contract_number=contract["number"],
        contract_title=contract["title"],
        position=position,
        title=target["title"],
        unit=target["unit"],
        formula=formula,
        direction=Direction(target["direction"]),
        target=Decimal(target["target"]),
        minimum=None if least is None else Decimal(least),
        tiers=tuple(map(Tier.read, target["tiers"])),
        starts_on=date.fromisoformat(period["starts_on"]),
        ends_on=date.fromisoformat(period["ends_on"]),
        time_zone=contract["time_zone"],
    )


def on_measurement_taken(session: Session, event: Event) -> None:
    """From a partner's system, whose organisation needs a grant. Anything else is a dead letter."""
    sender = PARTNER.fullmatch(event.source)
    if sender is None:
        raise MeasurementRefused("source")
    try:
        one = msgspec.convert(dict(event.data), Measurement)
        measurements.take_from_topic(session, sender[1], one, now=datetime.now(UTC))
    except msgspec.ValidationError as error:
        raise MeasurementRefused("data") from error
    except RowsRefused as refusal:
        raise MeasurementRefused(refusal.faults[0].fault.value) from refusal


HANDLERS: Mapping[str, Handler] = {
    **IDENTITY_HANDLERS,
    "tandem.contracts.contract_activated.v1": on_contract_activated,
    "tandem.kpi.measurement_taken.v1": on_measurement_taken,
}
