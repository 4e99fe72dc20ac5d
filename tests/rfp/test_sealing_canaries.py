"""The search for canaries finds what it looks for, and nothing else."""

import base64
import os
from pathlib import Path

import pytest
from support.canaries import CHUNK, ENCODINGS, Canaries, Search

CANARIES = Canaries()
SEARCH = Search(CANARIES)
WORDS = {"text": CANARIES.text("solution"), "price": f"{CANARIES.price:.2f}",
         "shown": f"CNY {CANARIES.price:,.2f}"}  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_way_of_writing_is_found_at_each_place(word: str, encoding: str) -> None:
    plain = WORDS[word].encode(encoding)
    for before in range(4):
        inside = os.urandom(before) + plain + os.urandom(9)
        assert SEARCH.in_bytes(b"x" * 99 + inside, "here")
        assert SEARCH.in_bytes(base64.b64encode(inside), "here")
        assert SEARCH.in_bytes(base64.urlsafe_b64encode(inside), "here")
    assert SEARCH.in_bytes(WORDS[word].encode().hex().encode(), "here")


def test_what_is_not_there_is_not_found() -> None:
    assert SEARCH.in_bytes(os.urandom(2_000_000), "noise") == []
    assert Search(Canaries()).in_bytes(" ".join(WORDS.values()).encode(), "of another test") == []


def test_files_are_searched_across_chunks_in_holes_and_by_name(tmp_path: Path) -> None:
    mark = CANARIES.mark.encode()
    (tmp_path / "sparse").touch()
    os.truncate(tmp_path / "sparse", 10 * CHUNK)
    (tmp_path / "noise").write_bytes(os.urandom(1000))
    assert SEARCH.in_folders(tmp_path) == []
    places = {
        "split": (tmp_path / "split", os.urandom(CHUNK - 5) + mark),
        "deep": (tmp_path / "a" / "b" / "deep", mark),
    }
    for path, content in places.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with (tmp_path / "sparse").open("r+b") as hollow:
        hollow.seek(7 * CHUNK)
        hollow.write(mark)
    (tmp_path / f"named-{CANARIES.mark}").touch()
    (tmp_path / "pipe").unlink(missing_ok=True)
    os.mkfifo(tmp_path / "pipe")
    found = {hit.place.rpartition("/")[2] for hit in SEARCH.in_folders(tmp_path)}
    assert found == {"split", "deep", "sparse", f"named-{CANARIES.mark}"}
