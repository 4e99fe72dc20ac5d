"""What follows an opening, and what reminds of one."""

from services.rfp.bids import usecases
from services.rfp.bids.persistence import locations_named
from services.rfp.sealing.persistence import KeyFolder
from shared.files import LocalStorage, sweep
from shared.jobs import Context, Cron, Jobs
from shared.logging import get_logger

log = get_logger(__name__)


def decrypt_documents(context: Context) -> None:
    """Each file in its own transaction: what is done stays done if we are cut off.

    A fault of the store stops no other file, and is tried again.
    An opening defers this; the clock repeats it, sooner than a job that was killed is taken up.
    """
    storage = LocalStorage(context.settings.data / "storage" / "rfp")
    with context.sessions.begin() as session:
        waiting = usecases.documents_to_decrypt(session)
    for bid_id, document_id in waiting:
        one = {"bid_id": bid_id, "document_id": document_id}
        try:
            with context.sessions.begin() as session:
                usecases.decrypt_document(session, storage, **one)
        except OSError:
            log.exception("document not decrypted", document_id=str(document_id))
            with context.sessions.begin() as session:
                usecases.record_failure(session, **one)


def tell_openers(context: Context) -> None:
    """Each RFP in its own transaction, because its row is locked."""
    with context.sessions.begin() as session:
        due = usecases.past_deadline(session)
    for rfp_id in due:
        with context.sessions.begin() as session:
            usecases.tell_openers(session, rfp_id=rfp_id)


def remind_openers(context: Context) -> None:
    """Comes every hour, because morning is not the same everywhere."""
    with context.sessions.begin() as session:
        waiting = usecases.waiting_for_openers(session)
    for rfp_id in waiting:
        with context.sessions.begin() as session:
            usecases.remind_openers(session, rfp_id=rfp_id)


def destroy_keys(context: Context) -> None:
    """A cancellation defers this; the clock repeats it."""
    keys = KeyFolder(context.settings.data / "keys" / "rfp")
    with context.sessions.begin() as session:
        ended = usecases.keys_to_destroy(session)
    for rfp_id in ended:
        with context.sessions.begin() as session:
            usecases.destroy_key(session, keys, rfp_id=rfp_id)


def sweep_files(context: Context) -> None:
    storage = LocalStorage(context.settings.data / "storage" / "rfp")
    with context.sessions.begin() as session:
        if swept := sweep(session, storage, locations_named):
            log.info("files swept", count=swept)


JOBS: Jobs = {
    "decrypt_documents": decrypt_documents,
    "tell_openers": tell_openers,
    "remind_openers": remind_openers,
    "sweep_files": sweep_files,
    "destroy_keys": destroy_keys,
}
CRON: Cron = {
    "* * * * *": ["tell_openers", "decrypt_documents"],
    "41 3 * * *": ["sweep_files"],
    "7 * * * *": ["destroy_keys"],
    "11 * * * *": ["remind_openers"],
}
