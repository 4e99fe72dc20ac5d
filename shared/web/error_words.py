"""What people read when a request is refused: what is wrong, and what to do."""

from typing import NamedTuple

from shared.kernel import N_


class ErrorWords(NamedTuple):
    title: str
    why: str


GONE = N_(
    "If you typed the address, check it. If you followed a link from a mail, the thing may have "
    "been withdrawn, or it belongs to another company."
)
SILENT = N_("Nothing is lost. Wait a minute and load the page again.")
ERROR_WORDS = {
    400: ErrorWords(
        N_("We could not understand this request"),
        N_("Go back, load the page again and repeat what you did."),
    ),
    401: ErrorWords(N_("Sign in first"), N_("Your session is over, or you have not signed in.")),
    403: ErrorWords(
        N_("You may not do this"),
        N_("Your role does not allow it. Ask the owner or an administrator."),
    ),
    404: ErrorWords(N_("This page does not exist, or it is not yours to see"), GONE),
    405: ErrorWords(N_("This cannot be done here"), N_("Go back and follow a link or a button.")),
    409: ErrorWords(N_("This is not possible now"), N_("Somebody may have been faster.")),
    410: ErrorWords(N_("This is not here any more"), GONE),
    413: ErrorWords(N_("This is too large"), N_("Send a smaller file or less text.")),
    415: ErrorWords(
        N_("We cannot read this kind of content"), N_("Send JSON, or the file type asked for.")
    ),
    422: ErrorWords(N_("Something needs your attention"), N_("Check what you entered.")),
    429: ErrorWords(N_("Too many requests"), N_("Wait a minute, then try again.")),
    500: ErrorWords(
        N_("Something went wrong on our side"),
        N_("We have recorded the fault. Nothing of what you just did was kept. Try again later."),
    ),
    502: ErrorWords(N_("This part of Tandem does not answer"), SILENT),
    503: ErrorWords(N_("This part of Tandem is not ready"), SILENT),
    504: ErrorWords(N_("This part of Tandem takes too long"), SILENT),
    507: ErrorWords(
        N_("There is no room left for what you sent"),
        N_("Nothing of it was kept; what you saved before is safe. Send it again later."),
    ),
}
