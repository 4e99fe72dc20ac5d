"""What can be chosen in an RFP, and the stages it goes through."""

from shared.kernel import N_, Labelled


class Stage(Labelled):
    DRAFT = "draft", N_("Draft")
    OPEN = "open", N_("Open for bids")
    CLOSED = "closed", N_("Closed, bids sealed")
    OPENED = "opened", N_("In evaluation")
    EVALUATED = "evaluated", N_("Evaluated")
    AWARDED = "awarded", N_("Awarded")
    UNSUCCESSFUL = "unsuccessful", N_("Unsuccessful")
    CANCELLED = "cancelled", N_("Cancelled")


class Preset(Labelled):
    PRIVATE_SIMPLE = "private_simple", N_("Private, simple")


class PriceFormula(Labelled):
    LOWEST_RATIO = "lowest_ratio", N_("Lowest price divided by price")
    LINEAR_ABOVE_MIN = "linear_above_min", N_("Evenly down to nothing at twice the lowest price")


class Formula(Labelled):
    RATIO = "ratio", N_("Share of good cases")
    MEAN = "mean", N_("Mean value")


class Direction(Labelled):
    HIGHER = "higher", N_("Higher is better")
    LOWER = "lower", N_("Lower is better")


class Window(Labelled):
    MONTH = "month", N_("Calendar month")


class Duty(Labelled):
    EVALUATOR = "evaluator", N_("Evaluator")
    OPENER = "opener", N_("Bid opener")


class Ending(Labelled):
    """Why something ends without an award."""

    NO_BIDS = "no_bids", N_("Nobody has bid")
    NOT_AWARDED = "not_awarded", N_("No bid was chosen")
