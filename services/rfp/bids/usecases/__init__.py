"""What bidders and openers do. Callers own the transaction; nothing here commits."""

from services.rfp.bids.usecases.cancelling import cancel_rfp, destroy_key, keys_to_destroy
from services.rfp.bids.usecases.desk import require_bidder
from services.rfp.bids.usecases.drafts import (
    FILE_BYTES,
    KeyReused,
    SealedFile,
    add_file,
    remove_file,
    require_savable,
    save_draft,
    sealed_file,
)
from services.rfp.bids.usecases.opening import (
    confirm_opening,
    decrypt_document,
    documents_to_decrypt,
    past_deadline,
    record_failure,
    tell_openers,
)
from services.rfp.bids.usecases.reminding import remind_openers, waiting_for_openers
from services.rfp.bids.usecases.submission import submit_bid, withdraw_bid

__all__ = [
    "FILE_BYTES",
    "KeyReused",
    "SealedFile",
    "add_file",
    "cancel_rfp",
    "confirm_opening",
    "decrypt_document",
    "destroy_key",
    "documents_to_decrypt",
    "keys_to_destroy",
    "past_deadline",
    "record_failure",
    "remind_openers",
    "remove_file",
    "require_bidder",
    "require_savable",
    "save_draft",
    "sealed_file",
    "submit_bid",
    "tell_openers",
    "waiting_for_openers",
    "withdraw_bid",
]
