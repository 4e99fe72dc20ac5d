"""What can be wrong while bids are evaluated."""

from shared.kernel import N_, DomainError, Forbidden


class NotOpened(DomainError):
    code = "not_opened"
    message = N_("The bids of “%(title)s” have not been opened yet.")


class EvaluationComplete(DomainError):
    code = "evaluation_complete"
    message = N_("The evaluation of “%(title)s” is complete. Nothing of it can be changed.")
    final = True


class NotAnEvaluator(Forbidden):
    code = "not_an_evaluator"
    message = N_("You are not one of the evaluators of this RFP.")


class DeclarationMissing(Forbidden):
    code = "declaration_missing"
    message = N_("Declare your interests first. Only then can you see the bids.")


class DeclarationStands(DomainError):
    code = "declaration_stands"
    message = N_("You have declared this already. You can only add a graver conflict.")


class ConflictUnexplained(DomainError):
    code = "conflict_unexplained"
    message = N_("Say what connects you with a bidder.")


class LastEvaluator(DomainError):
    code = "last_evaluator"
    message = N_(
        "You are the last evaluator without a conflict of interest. Tell the buyer: somebody has "
        "to be able to score."
    )


class Excluded(Forbidden):
    code = "excluded"
    message = N_("You have declared an actual conflict, so you take no part in this evaluation.")


class ScoresSubmitted(DomainError):
    code = "scores_submitted"
    message = N_("You have submitted your scores. They can no longer be changed.")
    final = True


class ScoreUnknown(DomainError):
    code = "score_unknown"
    message = N_("One of the scores is for a bid or a criterion that is not yours to score.")


class GradesMissing(DomainError):
    code = "grades_missing"
    message = N_("Grades still missing: %(count)s. A blank is not a zero.")
