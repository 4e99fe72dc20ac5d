"""What was written is there after a power cut: its bytes first, then its name."""

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.keys import Ring
from services.rfp.sealing.persistence import KeyFolder
from shared.durable import write_once
from shared.files import LocalStorage
from shared.web.keyfile import secret_key

WAYS: dict[str, Callable[[Path], object]] = {
    "file": lambda path: LocalStorage(path.parent.parent).put(
        f"{path.parent.name}/{path.name}", [b"x"]
    ),
    "key of bids": lambda path: KeyFolder(path.parent).key(uuid4()),
    "key file": secret_key,
    "ring": lambda path: Ring.of(path.parent.parent, "internal"),
}


@pytest.mark.parametrize("way", WAYS)
def test_bytes_then_name_then_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    real, synced = os.fsync, []

    def fsync(opened: int) -> None:
        named = Path(os.readlink(f"/proc/self/fd/{opened}"))
        synced.append((named, sorted(named.iterdir()) if named.is_dir() else named.read_bytes()))
        real(opened)

    monkeypatch.setattr(os, "fsync", fsync)
    folder = tmp_path / "keys"
    WAYS[way](folder / "one")
    [content] = [each for each in synced if not each[0].is_dir()]
    assert content[1], "the bytes were there when the file was synced"
    assert synced.index(content) < len(synced) - 1
    last, names = synced[-1]
    assert last == folder and len([name for name in names if name.suffix != ".lock"]) == 1
    if way != "ring":
        assert synced[0][0] == tmp_path, "the name of the new folder too"


def test_the_first_writer_wins(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        write_once(tmp_path / "a" / "key", content)
    assert (tmp_path / "a" / "key").read_bytes() == b"first"
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["key"]
    assert (tmp_path / "a" / "key").stat().st_mode & 0o777 == 0o600
