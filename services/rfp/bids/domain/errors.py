"""What can be wrong with a bid or its opening."""

from shared.kernel import N_, DomainError, Forbidden


class BidExists(DomainError):
    code = "bid_exists"
    message = N_("Your company has already bid on this lot. You may replace that bid.")


class BidMissing(DomainError):
    code = "bid_missing"
    message = N_("There is no bid to replace. Submit a first one.")


class NotAdmitted(Forbidden):
    code = "not_admitted"
    message = N_("Your company is not admitted at present, so it cannot bid. Ask the buyer.")


class DraftChanged(DomainError):
    code = "draft_changed"
    message = N_(
        "Somebody of your company has changed this draft in the meantime. Load the page again "
        "before you go on."
    )


class TooManyFiles(DomainError):
    code = "too_many_files"
    message = N_("A bid may have at most %(most)s files.")


class TooManyUploads(DomainError):
    code = "too_many_uploads"
    message = N_(
        "Your company has uploaded %(most)s files for this lot, those it removed again included. "
        "No more are taken."
    )


class FileUnknown(DomainError):
    code = "file_unknown"
    message = N_("One of the files does not belong to your draft. Upload it first.")


class LinesMissing(DomainError):
    code = "lines_missing"
    message = N_("Add at least one price line.")


class PromiseMissing(DomainError):
    code = "promise_missing"
    message = N_("Promise a value for “%(title)s”.")


class PromiseTooWeak(DomainError):
    code = "promise_too_weak"
    message = N_("“%(title)s”: %(value)s is worse than %(minimum)s, the worst value allowed.")


class PromiseBeyondScale(DomainError):
    code = "promise_beyond_scale"
    message = N_("“%(title)s”: promise a value from 0 to %(top)s.")


class PromiseUnknown(DomainError):
    code = "promise_unknown"
    message = N_("One of the promises is for a target that this RFP does not have.")


class TooEarly(DomainError):
    code = "too_early"
    message = N_("The bids are sealed. Nobody can open them in Tandem before %(at)s.")


class NotAnOpener(Forbidden):
    code = "not_an_opener"
    message = N_("You are not one of the openers of this RFP.")


class AlreadyConfirmed(DomainError):
    code = "already_confirmed"
    message = N_("You have confirmed already. Another opener has to confirm, too.")
    final = True


class BidsOpened(DomainError):
    code = "bids_opened"
    message = N_("The bids have been opened already.")
    final = True
