"""What follows an opening, and what reminds of one."""

from services.rfp.bids import usecases
from shared.files import LocalStorage
from shared.jobs import Context, Cron, Jobs


def decrypt_documents(context: Context) -> None:
    """Each file in its own transaction: what is done stays done if we are cut off.

    An opening defers this; the clock repeats it, because a job that was killed is not run again.
    """
    storage = LocalStorage(context.settings.data / "storage" / "rfp")
    with context.sessions.begin() as session:
        waiting = usecases.documents_to_decrypt(session)
    for bid_id, document_id in waiting:
        with context.sessions.begin() as session:
            usecases.decrypt_document(session, storage, bid_id=bid_id, document_id=document_id)


def tell_openers(context: Context) -> None:
    """Each RFP in its own transaction, because its row is locked."""
    with context.sessions.begin() as session:
        due = usecases.past_deadline(session)
    for rfp_id in due:
        with context.sessions.begin() as session:
            usecases.tell_openers(session, rfp_id=rfp_id)


JOBS: Jobs = {"decrypt_documents": decrypt_documents, "tell_openers": tell_openers}
CRON: Cron = {"* * * * *": ["tell_openers", "decrypt_documents"]}
