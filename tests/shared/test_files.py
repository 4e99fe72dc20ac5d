import hashlib
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.database import Sessions, rows

from shared import files
from shared.files import FileEmpty, FileNotScanned, FileTooLarge, LocalStorage, StoredFile


def store(sessions: Sessions, folder: Path, *chunks: bytes, limit: int = 10) -> StoredFile:
    with received(folder, *chunks, limit=limit) as file, sessions.begin() as session:
        return files.keep(session, file)


def received(
    folder: Path, *chunks: bytes, limit: int = 10
) -> AbstractContextManager[files.ReceivedFile]:
    return files.received(
        LocalStorage(folder), chunks, prefix="rfp", name="报告.pdf",
        media_type="application/pdf", limit=limit, by="usr_1",
    )  # fmt: skip


def test_bytes_that_are_not_kept_go_again(tmp_path: Path) -> None:
    with received(tmp_path, b"12345"):
        assert len(stored(tmp_path)) == 1
    assert stored(tmp_path) == []
    with pytest.raises(RuntimeError), received(tmp_path, b"12345"):
        raise RuntimeError("refused")
    assert stored(tmp_path) == []


LOST = (
    sa.exc.OperationalError("COMMIT", None, OSError(), connection_invalidated=True),
    ConnectionError("server closed the connection unexpectedly"),
)


@pytest.mark.parametrize("lost", LOST)
def test_bytes_stay_where_the_answer_to_the_commit_was_lost(
    sessions: Sessions, tmp_path: Path, lost: Exception
) -> None:
    with pytest.raises(type(lost)), received(tmp_path, b"12345") as file:
        commit_into_the_dark(sessions, file, lost)
    [kept] = rows(sessions, files.files)
    assert [path.name for path in stored(tmp_path)] == [str(kept.id)]


def commit_into_the_dark(sessions: Sessions, file: files.ReceivedFile, lost: Exception) -> None:
    with sessions.begin() as session:
        files.keep(session, file)
    raise lost


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_stored_comes_back_with_its_sum(sessions: Sessions, tmp_path: Path) -> None:
    file = store(sessions, tmp_path, b"12345", b"67890")
    assert b"".join(LocalStorage(tmp_path).get(file.key)) == b"1234567890"
    assert file.sha256 == hashlib.sha256(b"1234567890").hexdigest() and file.size == 10
    with sessions.begin() as session:
        assert files.load_file(session, file.id) == file


def test_a_file_is_cut_off_at_the_limit_and_nothing_stays(
    sessions: Sessions, tmp_path: Path
) -> None:
    with pytest.raises(FileTooLarge, match="报告"):
        store(sessions, tmp_path, b"12345", b"678901")
    with pytest.raises(FileEmpty):
        store(sessions, tmp_path)
    assert stored(tmp_path) == []


def test_what_was_not_scanned_leaves_only_where_that_is_allowed(
    sessions: Sessions, tmp_path: Path
) -> None:
    file = store(sessions, tmp_path, b"1")
    files.require_downloadable(file, allow_unscanned=True)
    with pytest.raises(FileNotScanned):
        files.require_downloadable(file, allow_unscanned=False)
