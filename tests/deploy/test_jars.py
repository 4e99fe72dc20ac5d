"""Kafka's jars are those of the lock, or the broker does not start."""

from pathlib import Path

import pytest

from deploy.kafka import jars


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two jars and their lock."""
    place = tmp_path / "jars"
    place.mkdir()
    for name in ("kafka.jar", "log4j.jar"):
        (place / name).write_bytes(name.encode())
    lock = tmp_path / "jars.lock"
    lock.write_text("".join(f"{d}  {name}\n" for name, d in sorted(jars.digests(place).items())))
    monkeypatch.setattr(jars, "LOCK", lock)
    return place


def test_the_jars_of_the_lock_are_taken(folder: Path) -> None:
    assert jars.check(folder) == folder


def test_a_changed_jar_is_refused(folder: Path) -> None:
    (folder / "kafka.jar").write_bytes(b"something else")
    with pytest.raises(jars.WrongJars, match=r"kafka\.jar"):
        jars.check(folder)


def test_a_missing_jar_is_refused(folder: Path) -> None:
    (folder / "log4j.jar").unlink()
    with pytest.raises(jars.WrongJars, match=r"log4j\.jar"):
        jars.check(folder)


def test_a_jar_too_many_is_refused(folder: Path) -> None:
    (folder / "extra.jar").write_bytes(b"on the class path")
    with pytest.raises(jars.WrongJars, match=r"extra\.jar"):
        jars.check(folder)


def test_what_lies_in_the_cache_is_checked_at_each_use(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    jars.cache().parent.mkdir()
    folder.rename(jars.cache())
    assert jars.ensure() == jars.cache()
    (jars.cache() / "kafka.jar").write_bytes(b"changed since")
    with pytest.raises(jars.WrongJars):
        jars.ensure()


def test_the_lock_names_the_version_we_ask_for() -> None:
    asked = (jars.HERE / "jgo.toml").read_text()
    assert "org.apache.kafka:kafka_2.13:4.3.1!" in asked
    assert {"kafka_2.13-4.3.1.jar", "kafka-clients-4.3.1.jar"} <= set(jars.locked())
