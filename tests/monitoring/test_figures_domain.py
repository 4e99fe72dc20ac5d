"""slas/domain and metrics/domain: exact beyond what Python rounds to, on any machine."""

import hashlib
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from support.metrics import Read, a_metric

from services.monitoring.metrics.domain import Tier
from services.monitoring.slas.domain import Inputs, Outcome, attained, gather, judge, shown


def test_a_sum_of_more_than_28_digits_is_not_rounded() -> None:
    large, small = Decimal(10) ** 25, Decimal("0.000000001")
    assert gather([Read(large), Read(small)]).numerator == Decimal(f"{10**25}.000000001")


def test_a_quotient_just_below_the_target_is_not_rounded_onto_it() -> None:
    metric = a_metric(target=Decimal(95))
    figure = attained(metric, Inputs(Decimal(95 * 10**30 - 1), 100 * 10**30, ""))
    assert figure is not None and figure < 95
    assert judge(metric, figure) is Outcome.BREACHED
    assert shown(metric, figure) == figure


@pytest.fixture
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine stands there."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_tokyo")
def test_the_zone_of_the_machine_makes_no_difference() -> None:
    said = b"2026-10-05T00:00:00+00:00\ttelephony\tcall-1\t1\n"
    assert gather([Read(Decimal(1))]).sha256 == hashlib.sha256(said).hexdigest()
    metric = a_metric(time_zone="UTC", starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 31))
    for found in (*metric.windows(), metric.period):
        assert [at.isoformat() for at in (found.starts_at, found.ends_at)] == [
            "2026-10-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00",
        ]  # fmt: skip


def test_a_tier_has_the_ends_that_were_said() -> None:
    tier = Tier.read({"from": "90", "to": "95", "percent": "5"})
    assert (tier.least, tier.below, tier.percent) == (90, 95, 5)
    assert Decimal(90) in tier and Decimal(95) not in tier
