"""The rules of RFPs: choices, errors, parts, and the RFP itself."""

from services.rfp.tenders.domain import errors
from services.rfp.tenders.domain.choices import (
    Direction,
    Duty,
    Ending,
    Formula,
    Preset,
    PriceFormula,
    Stage,
    Window,
)
from services.rfp.tenders.domain.content import Circumstances, RfpContent
from services.rfp.tenders.domain.parts import (
    Criterion,
    Invitation,
    Lot,
    Member,
    MilestoneTarget,
    Question,
    SlaTarget,
    default_criteria,
)
from services.rfp.tenders.domain.rfp import (
    MOMENTS,
    Rfp,
    is_open,
)
from services.rfp.tenders.domain.tiers import Tier

__all__ = [
    "MOMENTS",
    "Circumstances",
    "Criterion",
    "Direction",
    "Duty",
    "Ending",
    "Formula",
    "Invitation",
    "Lot",
    "Member",
    "MilestoneTarget",
    "Preset",
    "PriceFormula",
    "Question",
    "Rfp",
    "RfpContent",
    "SlaTarget",
    "Stage",
    "Tier",
    "Window",
    "default_criteria",
    "errors",
    "is_open",
]
