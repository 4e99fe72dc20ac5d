"""What notices say. Keys are the templates that other services raise."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.kernel import N_


class Words(NamedTuple):
    """A title that stands alone, and a sentence with the notice's %(named)s parameters."""

    title: str
    body: str


WORDS: Mapping[str, Words] = {
    "plan_submitted": Words(
        N_("A plan waits for your decision"),
        N_("%(number)s “%(title)s” was submitted. Approve it, or say what must change."),
    ),
    "plan_approved": Words(
        N_("Your plan is approved"),
        N_("%(number)s “%(title)s” is approved. A buyer makes an RFP of it."),
    ),
    "plan_sent_back": Words(
        N_("Your plan is sent back"),
        N_("Change %(number)s “%(title)s” and submit it again. The reason: %(reason)s"),
    ),
    "plan_to_tender": Words(
        N_("A plan waits for its RFP"),
        N_("%(number)s “%(title)s” is approved. Make an RFP of it."),
    ),
    "plan_tendered": Words(
        N_("Your plan is put out to tender"),
        N_("%(number)s “%(title)s” is published, and vendors are invited."),
    ),
    "plan_awarded": Words(
        N_("A lot of your plan is awarded"),
        N_("A lot of %(number)s “%(title)s” is awarded. A draft contract follows."),
    ),
    "tender_closed": Words(
        N_("An RFP of yours is closed"),
        N_("The deadline of %(number)s “%(title)s” has passed. Its openers are asked to act."),
    ),
    "evaluation_begun": Words(
        N_("The evaluation of an RFP has begun"),
        N_("The bids on %(number)s “%(title)s” are opened. The evaluators are asked to score."),
    ),
    "contract_begun": Words(
        N_("What you asked for is under contract"),
        N_("Both sides have accepted %(number)s “%(title)s”. It is in force."),
    ),
    "rfp_published": Words(
        N_("You are invited to bid"),
        N_("%(number)s “%(title)s” is open. Ask questions and bid before the deadline."),
    ),
    "question_asked": Words(
        N_("A bidder asks a question"),
        N_("There is a question about %(number)s “%(title)s”. All bidders will see your answer."),
    ),
    "question_answered": Words(
        N_("A question is answered"),
        N_("There is a new answer about %(number)s “%(title)s”. Read it before you bid."),
    ),
    "bids_closed": Words(
        N_("Bids are closed"),
        N_("%(number)s “%(title)s” takes no more. The page has the receipts, if you sent any."),
    ),
    "committee_joined": Words(
        N_("You serve on a committee"),
        N_("You take the seat of somebody who left the committee of %(number)s “%(title)s”."),
    ),
    "committee_left": Words(
        N_("You have left a committee"),
        N_("Somebody else serves on the committee of %(number)s “%(title)s” in your place."),
    ),
    "committee_left_scored": Words(
        N_("You have left a committee"),
        N_("You have left that of %(number)s “%(title)s”. The scores you submitted stay."),
    ),
    "committee_left_unscored": Words(
        N_("You have left a committee"),
        N_("You have left that of %(number)s “%(title)s”. What you had not submitted is dropped."),
    ),
    "opening_due": Words(
        N_("Bids wait to be opened"),
        N_("The deadline of %(number)s “%(title)s” has passed. Two openers open the bids."),
    ),
    "bids_opened": Words(
        N_("Bids are open for scoring"),
        N_("Declare your interests for %(number)s “%(title)s”, then score each bid."),
    ),
    "scores_due": Words(
        N_("Your scores are due"),
        N_("The evaluation of %(number)s “%(title)s” waits for your scores."),
    ),
    "evaluation_complete": Words(
        N_("The evaluation is complete"),
        N_("All scores of %(number)s “%(title)s” are in. See the ranking and award the lots."),
    ),
    "bids_unreadable": Words(
        N_("No bid could be read"),
        N_("None of the bids on %(number)s “%(title)s” could be read. Close its lots."),
    ),
    "rfp_cancelled": Words(
        N_("An RFP was cancelled"),
        N_("%(number)s “%(title)s” is cancelled. Nothing that was sent will ever be opened."),
    ),
    "rfp_unsuccessful": Words(
        N_("An RFP ended without an award"),
        N_("%(number)s “%(title)s” is closed. No bid was chosen."),
    ),
    "lot_unsuccessful": Words(
        N_("A lot ended without an award"),
        N_("No bid was chosen on the lot of %(number)s “%(title)s” that you bid on."),
    ),
    "award_declined": Words(
        N_("A contract was declined: decide on its lot again"),
        N_("Award the lot of %(number)s “%(title)s” to another bid, or close it."),
    ),
    "award_won": Words(
        N_("You have won"),
        N_("Your bid on “%(title)s” (%(number)s) is chosen. A draft contract follows."),
    ),
    "award_lost": Words(
        N_("Your bid was not chosen"),
        N_("“%(title)s” (%(number)s) is awarded. The page shows your scores and the winner."),
    ),
    "award_without": Words(
        N_("A lot you bid on is awarded"),
        N_("“%(title)s” (%(number)s) is awarded. Your bid could not be read; ask the buyer."),
    ),
    "vendor_admitted": Words(
        N_("Your company is admitted"),
        N_("You can now be invited to bid, and bid where you are invited."),
    ),
    "password_changed": Words(
        N_("Your password was changed"),
        N_("Everywhere else you are signed out. If it was not you, tell an administrator at once."),
    ),
    "contract_drafted": Words(
        N_("A contract is drafted"),
        N_("Read %(number)s “%(title)s”. It begins when both sides have accepted it."),
    ),
    "contract_accepted": Words(
        N_("The other side has accepted the contract"),
        N_("%(number)s “%(title)s” waits for your side."),
    ),
    "contract_declined": Words(
        N_("A contract was declined"),
        N_("%(number)s “%(title)s” does not come into force. Open it to read the reason."),
    ),
    "contract_activated": Words(
        N_("A contract is in force"),
        N_("Both sides have accepted %(number)s “%(title)s”."),
    ),
    "deliverable_submitted": Words(
        N_("A deliverable waits for your review"),
        N_("The vendor has delivered for “%(title)s” (%(number)s)."),
    ),
    "review_due": Words(
        N_("A deliverable has reached your review level"),
        N_("The level before yours has approved “%(title)s” (%(number)s)."),
    ),
    "reviewer_missing": Words(
        N_("Nobody can review a deliverable"),
        N_(
            "“%(title)s” (%(number)s) waits for a level of review that nobody is left for. Ask an "
            "administrator for another quality reviewer."
        ),
    ),
    "rework_requested": Words(
        N_("A deliverable needs rework"),
        N_("The review of “%(title)s” (%(number)s) says what must change. Deliver a new version."),
    ),
    "deliverable_rejected": Words(
        N_("A deliverable is rejected"),
        N_("The review of “%(title)s” (%(number)s) rejects it for good. The page says why."),
    ),
    "milestone_accepted": Words(
        N_("A milestone is accepted"),
        N_("All review levels have approved “%(title)s” (%(number)s)."),
    ),
    "credit_proposed": Words(
        N_("A service credit is proposed"),
        N_(
            "%(amount)s: “%(level)s” of %(number)s “%(title)s” missed its target in %(month)s."
            " The page shows the calculation."
        ),
    ),
    "credit_replaced": Words(
        N_("A service credit is proposed anew"),
        N_(
            "%(amount)s instead of %(before)s: “%(level)s” of %(number)s “%(title)s” was evaluated"
            " again for %(month)s."
        ),
    ),
    "credit_withdrawn": Words(
        N_("A proposed service credit is withdrawn"),
        N_(
            "%(amount)s are due no more: “%(level)s” of %(number)s “%(title)s” was evaluated again"
            " for %(month)s."
        ),
    ),
    "credit_approved": Words(
        N_("A service credit is approved"),
        N_(
            "The credit for “%(level)s” of %(number)s “%(title)s” in %(month)s counts towards the"
            " next invoice."
        ),
    ),
    "credit_rejected": Words(
        N_("A service credit is rejected"),
        N_(
            "Nothing is set off for “%(level)s” of %(number)s “%(title)s” in %(month)s. The page"
            " gives the reason."
        ),
    ),
    "correction_proposed": Words(
        N_("A correction of a service credit is proposed"),
        N_(
            "%(amount)s: “%(level)s” of %(number)s “%(title)s” was evaluated again for %(month)s,"
            " and what was approved changes. The page shows the calculation."
        ),
    ),
    "correction_replaced": Words(
        N_("A correction of a service credit is proposed anew"),
        N_(
            "%(amount)s instead of %(before)s: “%(level)s” of %(number)s “%(title)s” was evaluated"
            " again for %(month)s. What was approved changes."
        ),
    ),
    "correction_approved": Words(
        N_("A correction of a service credit is approved"),
        N_(
            "The difference for “%(level)s” of %(number)s “%(title)s” in %(month)s counts towards"
            " the next invoice."
        ),
    ),
    "correction_rejected": Words(
        N_("A correction of a service credit is rejected"),
        N_(
            "What was approved before for “%(level)s” of %(number)s “%(title)s” in %(month)s stays"
            " as it is. The page gives the reason."
        ),
    ),
    "sla_breached": Words(
        N_("An SLA target was missed"),
        N_(
            "“%(title)s” of %(number)s missed its target in %(month)s. The page shows every figure"
            " behind it."
        ),
    ),
    "window_without_data": Words(
        N_("A month ended without measurements"),
        N_(
            "There are none for “%(title)s” of %(number)s in %(month)s. Add them, or close the"
            " month with a reason."
        ),
    ),
    "import_failed": Words(
        N_("Your measurements were not imported"),
        N_(
            "The file “%(title)s” for %(number)s has faults. Nothing of it was kept. Correct it and"
            " send it again."
        ),
    ),
}
UNKNOWN = Words(N_("Something waits for you"), N_("The page tells you more."))
