"""Files: bytes in a store, facts in a table. Size is limited and SHA-256 made while streaming."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, String, Table, Uuid, func, select
from sqlalchemy.orm import Session

from shared import db
from shared.db import Instant, choice, metadata
from shared.durable import make_folder, sync_folder
from shared.kernel import N_, DomainError, Labelled, uuid7

CHUNK = 65_536
YOUNG = timedelta(days=1)
BATCH = 1000  # files that a sweep looks up at once


class ScanState(Labelled):
    NOT_SCANNED = "not_scanned", N_("Not scanned")
    CLEAN = "clean", N_("No virus found")
    INFECTED = "infected", N_("Virus found")


class FileTooLarge(DomainError):
    code = "file_too_large"
    message = N_("“%(name)s” is too large. At most %(limit)s MB are allowed.")


class FileEmpty(DomainError):
    code = "file_empty"
    message = N_("“%(name)s” is empty. Choose another file.")


class FileNotScanned(DomainError):
    code = "file_not_scanned"
    message = N_("“%(name)s” has not been scanned for viruses, so it cannot be downloaded yet.")


files = Table(
    "files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("scan_state", choice(ScanState), nullable=False),
    Column("key", String, nullable=False),
    Column("uploaded_by", String, nullable=False),
    Column("uploaded_at", Instant, nullable=False, server_default=func.clock_timestamp()),
)


@dataclass(frozen=True)
class StoredFile:
    """`size` in bytes; `key` names the bytes in the store."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    scan_state: ScanState
    key: str
    uploaded_by: str
    uploaded_at: datetime


class Storage(Protocol):
    """Where bytes are kept. Keys are relative paths that we make ourselves."""

    def put(self, key: str, chunks: Iterable[bytes]) -> None: ...
    def get(self, key: str) -> Iterator[bytes]: ...
    def delete(self, key: str) -> None: ...


class LocalStorage:
    """A folder. Half-written files never get their final name."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, chunks: Iterable[bytes]) -> None:
        path = self.root / key
        make_folder(path.parent)
        partial = path.with_name(path.name + ".partial")
        try:
            with partial.open("wb") as out:
                out.writelines(chunks)
                out.flush()
                os.fsync(out.fileno())
            partial.rename(path)
            sync_folder(path.parent)
        finally:
            partial.unlink(missing_ok=True)

    def get(self, key: str) -> Iterator[bytes]:
        with (self.root / key).open("rb") as content:
            while chunk := content.read(CHUNK):
                yield chunk

    def delete(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def keys(self, *, before: datetime, under: str = "") -> Iterator[str]:
        """What has lain here since before a time, half-written files among it."""
        for path in sorted((self.root / under).rglob("*")):
            if path.is_file() and path.stat().st_mtime < before.timestamp():
                yield str(path.relative_to(self.root))


class Measured:
    """Counts and hashes chunks as they pass, and stops where there are too many."""

    def __init__(self, chunks: Iterable[bytes], *, name: str, limit: int) -> None:
        self.chunks, self.name, self.limit = chunks, name, limit
        self.size, self.digest = 0, hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.size += len(chunk)
            if self.size > self.limit:
                raise FileTooLarge(name=self.name, limit=self.limit // 1_000_000)
            self.digest.update(chunk)
            yield chunk
        if not self.size:
            raise FileEmpty(name=self.name)


@dataclass
class ReceivedFile:
    """Bytes that are in the store and, until `keep`, in no table.

    `is_kept`: a row may name them, since one was written and whether it stayed is not ours to know.
    """

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    key: str
    uploaded_by: str
    is_kept: bool = False


@contextmanager
def received(
    storage: Storage,
    chunks: Iterable[bytes],
    *,
    prefix: str,
    name: str,
    media_type: str,
    limit: int,
    by: str,
) -> Iterator[ReceivedFile]:
    """Store a stream of at most `limit` bytes. It needs no database while the bytes arrive.

    Leave the block after the commit. What no row was written for goes again. After `keep` it
    stays, whatever happens: the answer to a COMMIT may be lost although it was done. `sweep` takes
    away what no row names.
    """
    file_id = uuid7()
    key, measured = f"{prefix}/{file_id}", Measured(chunks, name=name, limit=limit)
    storage.put(key, measured)
    sha256 = measured.digest.hexdigest()
    file = ReceivedFile(file_id, name, media_type, measured.size, sha256, key, by)
    try:
        yield file
    finally:
        if not file.is_kept:
            storage.delete(key)


def keep(session: Session, file: ReceivedFile) -> StoredFile:
    """The row of a received file; it goes with the caller's transaction."""
    row: dict[str, Any] = vars(file) | {"scan_state": ScanState.NOT_SCANNED}
    del row["is_kept"]
    added = sa.insert(files).values(row).returning(files.c.uploaded_at)
    stored = StoredFile(**row, uploaded_at=session.scalars(added).one())
    file.is_kept = True
    return stored


def sweep(
    session: Session,
    storage: LocalStorage,
    named: Callable[[Session, Sequence[str]], set[str]],
    *,
    under: str = "",
) -> int:
    """Take away what no row names, of all that lies under a folder; say how many files.

    `named`: which of these keys a row names. What is younger than a day stays, for the transaction
    that writes its row may still run.
    """
    swept, found = 0, storage.keys(before=db.clock(session) - YOUNG, under=under)
    while old := list(islice(found, BATCH)):
        orphans = set(old) - named(session, old)
        for key in orphans:
            storage.delete(key)
        swept += len(orphans)
    return swept


def keys_named(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these keys a row of `files` names."""
    return set(session.scalars(select(files.c.key).where(files.c.key.in_(keys))))


def load_file(session: Session, file_id: UUID) -> StoredFile:
    columns = [files.c[name] for name in StoredFile.__dataclass_fields__]
    return StoredFile(*db.one_row(session, select(*columns).where(files.c.id == file_id)))


def is_downloadable(state: str, *, allow_unscanned: bool) -> bool:
    """What nobody has scanned passes only where the installation allows it."""
    return state == ScanState.CLEAN or (allow_unscanned and state == ScanState.NOT_SCANNED)


def require_downloadable(file: StoredFile, *, allow_unscanned: bool) -> None:
    if not is_downloadable(file.scan_state, allow_unscanned=allow_unscanned):
        raise FileNotScanned(name=file.name)
