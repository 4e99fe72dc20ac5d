"""What standing a vendor has, and what admission asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.kernel import N_, DomainError, Labelled

LOWEST_TIER = 3


class Standing(Labelled):
    PROSPECTIVE = "prospective", N_("Prospective")
    APPROVED = "approved", N_("Admitted")


ADMISSION: Mapping[Standing, Standing] = {Standing.PROSPECTIVE: Standing.APPROVED}
MAY_BE_INVITED = frozenset({Standing.APPROVED})


class Category(Labelled):
    SERVICE_DESK = "service_desk", N_("Service desk")
    SOFTWARE = "software", N_("Software development")
    OPERATIONS = "operations", N_("IT operations")
    LOGISTICS = "logistics", N_("Logistics")
    MANUFACTURING = "manufacturing", N_("Manufacturing")
    DATA = "data", N_("Data services")
    OTHER = "other", N_("Other services")


class VendorAdmitted(DomainError):
    code = "vendor_admitted"
    message = N_("This vendor has been admitted already.")
    final = True


@dataclass(eq=False)
class Registration:
    """A vendor organisation as the buyer has judged it."""

    organisation_id: UUID
    standing: Standing = Standing.PROSPECTIVE
    tier: int | None = None  # 1 is the most critical
    categories: list[str] = field(default_factory=list)
    note: str = ""
    admitted_at: datetime | None = None
    admitted_by: UUID | None = None

    def admit(
        self, *, tier: int, categories: list[str], note: str, by: UUID, now: datetime
    ) -> None:
        following = ADMISSION.get(self.standing)
        if following is None:
            raise VendorAdmitted
        self.standing, self.tier, self.categories, self.note = following, tier, categories, note
        self.admitted_at, self.admitted_by = now, by
