"""What the rules of contracts say when they say no."""

from shared.kernel import N_, DomainError


class StandstillRuns(DomainError):
    code = "standstill_runs"
    message = N_("The standstill runs until %(until)s. Nobody can accept before.")


class AlreadyAccepted(DomainError):
    code = "already_accepted"
    message = N_("Your side has accepted this contract already.")
    final = True


class ContractDeclined(DomainError):
    code = "contract_declined"
    message = N_("Contract %(number)s was declined. Nobody can accept it any more.")
    final = True


class NotDeclinable(DomainError):
    code = "not_declinable"
    message = N_("Contract %(number)s cannot be declined: it is in the state “%(state)s”.")
    final = True


class DeclineReasonNeeded(DomainError):
    code = "reason_needed"
    message = N_("Give a reason. The other side reads it.")


class TermsDiffer(DomainError):
    code = "terms_differ"
    message = N_("These are not the terms that you were shown. Read them again, then accept.")


class TermsFaulty(DomainError):
    code = "terms_faulty"
    message = N_("This contract cannot be accepted. %(fault)s")


class ContractNotActive(DomainError):
    code = "contract_not_active"
    message = N_("Contract %(number)s is not in force yet.")
