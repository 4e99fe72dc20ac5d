"""Files that survive a power cut: their bytes and their names."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def write_durably(path: Path, content: bytes) -> None:
    """A new file that only our user reads. The folder is for `sync_folder`."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def write_once(path: Path, content: bytes) -> None:
    """Write beside, then link: whoever comes first wins, and nobody reads half a file."""
    make_folder(path.parent)
    written = path.with_name(f".{uuid4()}")
    write_durably(written, content)
    try:
        with suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink()
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """With those above it, open to our user only."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """What a folder holds, names too, is on the disk afterwards."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
