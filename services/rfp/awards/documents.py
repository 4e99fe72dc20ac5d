"""Documents of bids that have won. The contract names them by the fingerprint of their content."""

from uuid import UUID

import sqlalchemy as sa
from flask import current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.rfp.awards.persistence import awards
from services.rfp.bids.persistence import bid_documents
from shared.directory import is_of_buyer
from shared.files import StoredFile, load_file, require_downloadable
from shared.kernel import Auditor, NotFound, Staff, Vendor
from shared.web import transaction
from shared.web.downloads import attachment

Reader = Staff | Auditor | Vendor
READERS = ("buyer", "requester", "contract_manager", "quality", "finance", "legal", "auditor")


def download(reader: Reader, award_id: UUID, sha256: str) -> ResponseReturnValue:
    with transaction() as session:
        file = winning_document(session, reader, award_id, sha256)
    own = isinstance(reader, Vendor)
    allow = own or current_app.extensions["settings"].allow_unscanned
    require_downloadable(file, allow_unscanned=allow)
    return attachment(file.name, current_app.extensions["storage"].get(file.key), file.size)


def winning_document(session: Session, reader: Reader, award_id: UUID, sha256: str) -> StoredFile:
    """For both sides of the contract. A file that could not be decrypted is not found."""
    found = (
        select(bid_documents.c.file_id)
        .join(awards, awards.c.bid_id == bid_documents.c.bid_id)
        .where(awards.c.id == award_id, bid_documents.c.sha256 == sha256, visible_to(reader))
        .where(bid_documents.c.file_id.is_not(None))
        .order_by(bid_documents.c.position)
        .limit(1)
    )
    file_id = session.scalar(found)
    if file_id is None:
        raise NotFound
    return load_file(session, file_id)


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """The winner, the buyer's staff, and auditors of the buyer."""
    if isinstance(reader, Vendor):
        return awards.c.organisation_id == reader.vendor_id
    return is_of_buyer(reader) if isinstance(reader, Auditor) else sa.true()
