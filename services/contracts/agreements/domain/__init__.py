"""The rules of contracts: choices, errors, terms, and the contract itself."""

from services.contracts.agreements.domain.choices import (
    ACCEPTANCE,
    DECLINABLE,
    READERS,
    ContractState,
    Direction,
    Fault,
    Formula,
    Side,
)
from services.contracts.agreements.domain.contract import Acceptance, Contract
from services.contracts.agreements.domain.errors import (
    AlreadyAccepted,
    ContractDeclined,
    ContractNotActive,
    DeclineReasonNeeded,
    NotDeclinable,
    StandstillRuns,
    TermsDiffer,
    TermsFaulty,
)
from services.contracts.agreements.domain.terms import (
    MilestoneTerm,
    SlaTerm,
    Tier,
    end_of,
    for_reading,
    number,
    plain,
    spelled,
    tiers_are_whole,
)

__all__ = [
    "ACCEPTANCE",
    "DECLINABLE",
    "READERS",
    "Acceptance",
    "AlreadyAccepted",
    "Contract",
    "ContractDeclined",
    "ContractNotActive",
    "ContractState",
    "DeclineReasonNeeded",
    "Direction",
    "Fault",
    "Formula",
    "MilestoneTerm",
    "NotDeclinable",
    "Side",
    "SlaTerm",
    "StandstillRuns",
    "TermsDiffer",
    "TermsFaulty",
    "Tier",
    "end_of",
    "for_reading",
    "number",
    "plain",
    "spelled",
    "tiers_are_whole",
]
