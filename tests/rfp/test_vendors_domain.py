"""vendors/domain: a vendor is admitted once."""

from datetime import UTC, datetime

import pytest
from support.actors import an_id

from services.rfp.vendors.domain import MAY_BE_INVITED, Registration, Standing, VendorAdmitted

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def admit(vendor: Registration, tier: int = 2) -> None:
    vendor.admit(tier=tier, categories=["data"], note="Seen on site", by=an_id("buyer"), now=NOW)


def test_an_admission_says_what_for_and_by_whom() -> None:
    vendor = Registration(an_id("huayun-org"))
    assert vendor.standing not in MAY_BE_INVITED
    admit(vendor)
    assert vendor.standing in MAY_BE_INVITED
    assert (vendor.tier, vendor.categories, vendor.note) == (2, ["data"], "Seen on site")
    assert (vendor.admitted_at, vendor.admitted_by) == (NOW, an_id("buyer"))


def test_a_second_admission_changes_nothing() -> None:
    vendor = Registration(an_id("huayun-org"), Standing.APPROVED, tier=1)
    with pytest.raises(VendorAdmitted):
        admit(vendor)
    assert (vendor.tier, vendor.admitted_at) == (1, None)
