"""States, sides and choices of a contract, and who may see it."""

from collections.abc import Mapping

from shared.kernel import N_, Labelled

# Who reads contracts in the buying organisation.
READERS = ("buyer", "requester", "contract_manager", "quality", "finance", "legal", "auditor")


class Side(Labelled):
    BUYER = "buyer", N_("Buying side")
    VENDOR = "vendor", N_("Vendor")


class ContractState(Labelled):
    DRAFT = "draft", N_("Waits for both sides")
    ACCEPTED_BY_BUYER = "accepted_by_buyer", N_("Waits for the vendor")
    ACCEPTED_BY_VENDOR = "accepted_by_vendor", N_("Waits for the buyer")
    ACTIVE = "active", N_("In force")
    DECLINED = "declined", N_("Declined")


# In which state which side may accept, and what comes of it. Each side accepts once.
ACCEPTANCE: Mapping[tuple[ContractState, Side], ContractState] = {
    (ContractState.DRAFT, Side.BUYER): ContractState.ACCEPTED_BY_BUYER,
    (ContractState.DRAFT, Side.VENDOR): ContractState.ACCEPTED_BY_VENDOR,
    (ContractState.ACCEPTED_BY_BUYER, Side.VENDOR): ContractState.ACTIVE,
    (ContractState.ACCEPTED_BY_VENDOR, Side.BUYER): ContractState.ACTIVE,
}


# Until it is in force either side may decline, also one that has accepted: the other may be silent.
DECLINABLE = frozenset(state for state, _ in ACCEPTANCE)


class Formula(Labelled):
    RATIO = "ratio", N_("Share of good cases")
    MEAN = "mean", N_("Mean")


class Direction(Labelled):
    HIGHER = "higher", N_("Higher is better")
    LOWER = "lower", N_("Lower is better")


class Fault(Labelled):
    """What keeps a draft from being accepted."""

    SHARES = "shares", N_("The shares of the milestones do not add up to 100 %.")
    NUMBERS = "numbers", N_("The milestones are not numbered 1, 2, 3 and so on.")
    PERIOD = "period", N_("The period ends before it begins.")
    TIERS = "tiers", N_("The tiers of a service level leave a gap or overlap.")
    UNITS = (
        "units",
        N_("A share of good cases is promised neither in % nor from 0 to 1."),
    )


# In which units a share of good cases may be promised. It is measured from 0 to 1.
SHARES = frozenset({"%", "share"})
