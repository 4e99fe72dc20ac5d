"""The broker's jars: fetched once per user by jgo, compared with the committed lock at each use.

`python -m deploy.kafka.jars` fetches them; with `--lock` it writes the lock from what came.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE / "jars.lock"


class WrongJars(Exception):
    """The jars are not those of the lock."""


def locked() -> dict[str, str]:
    """File name -> SHA-256."""
    lines = (line.split() for line in LOCK.read_text().splitlines())
    return {name: digest for digest, name in lines}


def digests(folder: Path) -> dict[str, str]:
    return {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}


def check(folder: Path) -> Path:
    """The folder, when it holds the jars of the lock and no others."""
    wanted, found = locked(), digests(folder)
    wrong = sorted(name for name in wanted | found if wanted.get(name) != found.get(name))
    if wrong:
        raise WrongJars(f"{folder}: not as in {LOCK.name}: {', '.join(wrong)}")
    return folder


def cache() -> Path:
    """Shared by all stacks of a user, named after the lock so that two versions stand beside."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "tandem" / f"kafka-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def ensure() -> Path:
    """The folder with the checked jars; the first call on a machine fetches them."""
    folder = cache()
    if not folder.is_dir():
        print("Fetching Kafka's jars, 45 MB, once for all stacks of this user …", flush=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            place(check(fetch(Path(scratch))), folder)
    return check(folder)


def place(fetched: Path, folder: Path) -> None:
    """Rename into place, unless another stack was faster."""
    try:
        fetched.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def fetch(scratch: Path) -> Path:
    """Let jgo resolve `jgo.toml` into the scratch folder; gather all jars in one folder."""
    shutil.copy(HERE / "jgo.toml", scratch)
    caches = ["--cache-dir", "cache", "--repo-cache", "repository"]
    command = [sys.executable, "-m", "jgo", "--quiet", "--timeout", "60", *caches, "sync"]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WrongJars(f"jgo could not fetch Kafka's jars:\n{done.stderr or done.stdout}")
    jars = scratch / "jars"
    jars.mkdir()
    for jar in (scratch / "cache").rglob("*.jar"):
        shutil.copy(jar, jars)
    return jars


def write_lock() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        found = digests(fetch(Path(scratch)))
    LOCK.write_text("".join(f"{found[name]}  {name}\n" for name in sorted(found)))


if __name__ == "__main__":
    if "--lock" in sys.argv:
        write_lock()
    else:
        print(f"Kafka's jars: {ensure()}")
