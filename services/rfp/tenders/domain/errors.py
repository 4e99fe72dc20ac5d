"""What can be wrong with an RFP."""

from shared.kernel import N_, DomainError


class RfpClosed(DomainError):
    code = "rfp_closed"
    message = N_("“%(title)s” takes no more bids and questions.")
    final = True


class RfpPublished(DomainError):
    code = "rfp_published"
    message = N_("“%(title)s” has been published, so its draft can no longer be changed.")
    final = True


class RfpChanged(DomainError):
    code = "rfp_changed"
    message = N_("“%(title)s” has been changed since you saw it. Read it again before you go on.")


class RfpCancelled(DomainError):
    code = "rfp_cancelled"
    message = N_("“%(title)s” has been cancelled. Its bids stay sealed for ever.")
    final = True


class RfpEnded(DomainError):
    code = "rfp_ended"
    message = N_("“%(title)s” has ended, so its questions are no longer answered.")
    final = True


class TooLateToCancel(DomainError):
    code = "too_late_to_cancel"
    message = N_("“%(title)s” can only be cancelled while it is published and its bids are sealed.")
    final = True


class PlanNotApproved(DomainError):
    code = "plan_not_approved"
    message = N_("An RFP can be made from an approved plan only.")


class CurrencyDiffers(DomainError):
    code = "currency_differs"
    message = N_("The plan is in %(currency)s, so the RFP must be, too.")


class PeriodReversed(DomainError):
    code = "period_reversed"
    message = N_("The contract would end before it begins.")


class ContractEndsTooSoon(DomainError):
    code = "contract_ends_too_soon"
    message = N_("The contract would end on %(on)s, before bids close on %(closing)s.")


class OutsidePlan(DomainError):
    code = "outside_plan"
    message = N_("The contract must lie within the period of the plan, %(first)s to %(last)s.")


class MilestoneOutside(DomainError):
    code = "milestone_outside"
    message = N_("“%(title)s” would be due on %(on)s, outside the period of the contract.")


class LotsMissing(DomainError):
    code = "lots_missing"
    message = N_("The RFP needs at least one lot.")


class WeightsOff(DomainError):
    code = "weights_off"
    message = N_("The weights of the criteria add up to %(total)s, not to 100.")


class OnePriceCriterion(DomainError):
    code = "one_price_criterion"
    message = N_("Exactly one criterion is the price. Here there are %(count)s.")


class PercentsOff(DomainError):
    code = "percents_off"
    message = N_("The percentages of the milestones add up to %(total)s, not to 100.")


class TiersBroken(DomainError):
    code = "tiers_broken"
    message = N_(
        "The tiers of “%(title)s” must rise and follow one another without gap or overlap. "
        "The first has no lower end."
    )


class TiersUnfinished(DomainError):
    code = "tiers_unfinished"
    message = N_(
        "The tiers of “%(title)s” end at %(top)s. Add a last tier without an upper end: "
        "it says what is credited from there on."
    )


class CreditOnTarget(DomainError):
    code = "credit_on_target"
    message = N_(
        "A tier of “%(title)s” credits %(percent)s %% on values that meet the target. "
        "Let it end at %(target)s or below."
    )


class CreditOnTargetAbove(DomainError):
    code = "credit_on_target"
    message = N_(
        "A tier of “%(title)s” credits %(percent)s %% on values that meet the target. A tier "
        "includes where it begins, so let the one before it end just above %(target)s."
    )


class UnitUnknown(DomainError):
    code = "unit_unknown"
    message = N_("“%(title)s” is a share of good cases: its unit is %% or a share from 0 to 1.")


class BeyondScale(DomainError):
    code = "beyond_scale"
    message = N_(
        "Target, worst value allowed and tiers of “%(title)s” must lie between 0 and %(top)s."
    )


class PriceWithoutGrade(DomainError):
    code = "price_without_grade"
    message = N_("The price is scored by the formula, so it has no minimum grade.")


class MinimumBeyondTarget(DomainError):
    code = "minimum_beyond_target"
    message = N_("The worst value allowed for “%(title)s” asks for more than its target.")


class TwoDuties(DomainError):
    code = "two_duties"
    message = N_("Nobody both opens bids and evaluates them.")


class BuyerOnCommittee(DomainError):
    code = "buyer_on_committee"
    message = N_("The buyer of an RFP decides on the award, so they cannot serve on its committee.")


class RoleMissing(DomainError):
    code = "role_missing"
    message = N_("Somebody on the committee does not hold the role “%(duty)s”.")


class NotOnCommittee(DomainError):
    code = "not_on_committee"
    message = N_("This person does not serve on the committee.")


class OtherDuty(DomainError):
    code = "other_duty"
    message = N_("This person has already acted in the other duty, so they cannot take this one.")


class CommitteeFixed(DomainError):
    code = "committee_fixed"
    message = N_("The committee of “%(title)s” can no longer be changed.")
    final = True


class CommitteeTooSmall(DomainError):
    code = "committee_too_small"
    message = N_("The committee needs at least %(openers)s openers and %(evaluators)s evaluators.")


class NobodyInvited(DomainError):
    code = "nobody_invited"
    message = N_("Invite at least one vendor.")


class VendorNotAdmitted(DomainError):
    code = "vendor_not_admitted"
    message = N_("Only admitted vendors can be invited.")


class DeadlineTooSoon(DomainError):
    code = "deadline_too_soon"
    message = N_("The deadline leaves bidders too little time. The earliest possible is %(at)s.")


class QuestionAnswered(DomainError):
    code = "question_answered"
    message = N_("This question has been answered already.")
    final = True
