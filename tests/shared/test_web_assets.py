"""Making the assets: never two at once, and nothing that a broken installation left out."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.web import assets


def test_of_two_runs_the_second_waits_and_finds_it_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    did: list[str] = []

    def install() -> None:
        did.append("begins")
        time.sleep(0.2)
        did.append("ends")

    monkeypatch.setattr(assets, "LOCK", tmp_path / "build" / "assets.lock")
    monkeypatch.setattr(assets, "packages_as_locked", lambda: False)
    monkeypatch.setattr(assets, "install", install)
    monkeypatch.setattr(assets, "current", lambda stamp: "built" in did)
    monkeypatch.setattr(assets, "build", lambda stamp: did.append("built"))
    with ThreadPoolExecutor(3) as several:
        ended = [run.result(20) for run in [several.submit(assets.main) for _ in range(3)]]
    assert (ended, did) == ([0, 0, 0], ["begins", "ends", "built"])


def test_what_fails_leaves_the_lock_to_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "LOCK", tmp_path / "assets.lock")
    with pytest.raises(OSError, match="no room"), assets.alone():
        raise OSError("no room")
    with assets.alone():
        assert assets.LOCK.exists()


def test_an_installation_with_gaps_is_not_taken_for_complete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packages = json.loads(assets.locked())["packages"]
    installed = {name: each for name, each in packages.items() if name}
    (tmp_path / ".package-lock.json").write_text(json.dumps({"packages": installed}))
    monkeypatch.setattr(assets, "MODULES", tmp_path)
    assert not assets.packages_as_locked()
    for name in assets.FROM_NPM.values():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert assets.packages_as_locked()
