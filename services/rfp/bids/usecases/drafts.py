"""Drafts and their files: private to the bidder, sealed from the first write on."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.bids.domain import (
    Document,
    Draft,
    DraftChanged,
    FileUnknown,
    TooManyFiles,
    TooManyUploads,
)
from services.rfp.bids.persistence import (
    FileRow,
    add_file_row,
    count_files,
    find_file,
    find_location,
    forget_file_keys,
    move_file,
)
from services.rfp.bids.usecases.desk import Desk, take_desk, write
from services.rfp.sealing.domain import KeyStore, new_file_key, seal_chunks
from shared.files import Measured, Storage
from shared.kernel import N_, DomainError, Vendor, uuid7

FILE_BYTES = 50 * 1024**2
MOST_FILES, MOST_UPLOADS = 20, 100  # in one bid; on one lot, with those removed again


class KeyReused(DomainError):
    code = "key_reused"
    message = N_("This Idempotency-Key was used for another file. Make a new one.")


@dataclass
class SealedFile:
    """A file that lies encrypted at `location`; `sha256` and `padded_size` say what lies there.

    `is_kept`: a row may name it, since one was written and whether it stayed is not ours to know.
    """

    document: Document
    location: str
    sha256: str
    padded_size: int
    is_kept: bool = False


@contextmanager
def sealed_file(
    storage: Storage, chunks: Iterable[bytes], *, name: str, media_type: str
) -> Iterator[SealedFile]:
    """Encrypt a file while it arrives. Leave the block after the commit.

    What no row was written for goes again. After that it stays, whatever happens: the answer to a
    COMMIT may be lost although it was done. `sweep_files` takes away what no row names.
    """
    file_id, key = uuid7(), new_file_key()
    location = f"bids/{file_id}"
    plain = Measured(chunks, name=name, limit=FILE_BYTES)
    sealed = Measured(seal_chunks(plain, key), name=name, limit=2 * FILE_BYTES)
    storage.put(location, sealed)
    document = Document(file_id, name, media_type, plain.size, plain.digest.hexdigest(), key)
    file = SealedFile(document, location, sealed.digest.hexdigest(), sealed.size)
    try:
        yield file
    finally:
        if not file.is_kept:
            storage.delete(location)


def save_draft(
    session: Session,
    vendor: Vendor,
    *,
    lot_id: UUID,
    answers: Mapping[str, Any],
    keys: KeyStore,
    files: Collection[UUID] | None = None,
    seen: str | None = None,
) -> Draft:
    """Keep what was typed. `files`: those that stay. `seen`: see `require_unchanged`."""
    desk = take_desk(session, vendor, lot_id, keys)
    draft = desk.draft()
    require_own(desk, draft, answers, seen)
    kept = draft.documents if files is None else chosen(draft, files)
    if dropped := {each.id for each in draft.documents} - {each.id for each in kept}:
        forget_file_keys(session, vendor, lot_id, dropped)
    saved = Draft(answers, kept)
    write(session, desk, saved)
    return saved


def require_savable(
    session: Session,
    vendor: Vendor,
    *,
    lot_id: UUID,
    answers: Mapping[str, Any],
    keys: KeyStore,
    seen: str,
) -> None:
    """Would `save_draft` take this?"""
    desk = take_desk(session, vendor, lot_id, keys)
    require_own(desk, desk.draft(), answers, seen)


def require_own(desk: Desk, draft: Draft, answers: Mapping[str, Any], seen: str | None) -> None:
    """The same words, sent again because the first answer was lost, overwrite nobody's."""
    if draft.answers != answers:
        require_unchanged(desk.standing.saved_at, seen)


def require_unchanged(saved_at: datetime | None, seen: str | None) -> None:
    """`seen`: when the draft that somebody saw was saved; empty if there was none."""
    if seen is not None and seen != (saved_at.isoformat() if saved_at else ""):
        raise DraftChanged


def add_file(
    session: Session,
    vendor: Vendor,
    *,
    lot_id: UUID,
    file: SealedFile,
    keys: KeyStore,
    storage: Storage,
    idempotency_key: UUID | None = None,
) -> Document:
    """Put a sealed file into the draft. The same key and file once more: the first one's answer."""
    desk = take_desk(session, vendor, lot_id, keys)
    draft = desk.draft()
    row = FileRow(file.document.id, file.location, file.sha256, file.padded_size, idempotency_key)
    if repeated := repeated_file(session, desk, draft, file, idempotency_key):
        if lies_in(storage, find_location(session, vendor, lot_id, repeated.id)):
            return repeated
        return restored(session, desk, draft, repeated.id, file, row)
    if len(draft.documents) >= MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    if count_files(session, vendor, lot_id) >= MOST_UPLOADS:
        raise TooManyUploads(most=MOST_UPLOADS)
    add_file_row(session, vendor, lot_id, row, desk.standing.now)
    file.is_kept = True
    write(session, desk, replace(draft, documents=[*draft.documents, file.document]))
    return file.document


def lies_in(storage: Storage, location: str) -> bool:
    try:
        return next(iter(storage.get(location)), None) is not None
    except FileNotFoundError:
        return False


def restored(
    session: Session, desk: Desk, draft: Draft, file_id: UUID, file: SealedFile, row: FileRow
) -> Document:
    """The same file sent again takes the place of bytes that were lost, under its first id."""
    document = replace(file.document, id=file_id)
    move_file(session, desk.vendor, desk.lot_id, file_id, row)
    file.is_kept = True
    documents = [document if each.id == file_id else each for each in draft.documents]
    write(session, desk, replace(draft, documents=documents))
    return document


def repeated_file(
    session: Session, desk: Desk, draft: Draft, file: SealedFile, idempotency_key: UUID | None
) -> Document | None:
    """Compared is with what the draft says in its envelope: nothing about files lies outside."""
    earlier = idempotency_key and find_file(session, desk.vendor, desk.lot_id, idempotency_key)
    if not earlier:
        return None
    known = next((each for each in draft.documents if each.id == earlier), None)
    if known is None or (known.name, known.sha256) != (file.document.name, file.document.sha256):
        raise KeyReused
    return known


def remove_file(
    session: Session, vendor: Vendor, *, lot_id: UUID, file_id: UUID, keys: KeyStore
) -> None:
    """Take a file out of the draft. With it goes the only copy of its key."""
    desk = take_desk(session, vendor, lot_id, keys)
    draft = desk.draft()
    chosen(draft, [file_id])
    forget_file_keys(session, vendor, lot_id, [file_id])
    left = [each for each in draft.documents if each.id != file_id]
    write(session, desk, replace(draft, documents=left))


def chosen(draft: Draft, files: Collection[UUID]) -> Sequence[Document]:
    """Documents of the draft by id, in the order in which they were uploaded."""
    known = {each.id: each for each in draft.documents}
    if not known.keys() >= set(files):
        raise FileUnknown
    return [each for each in draft.documents if each.id in files]
