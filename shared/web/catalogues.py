"""Catalogues of sentences: `python -m shared.web.catalogues update|compile|check`.

English is the source. Each package translates its own sentences; `shared` does so in shared/web.
`check` names what is missing, doubtful or no longer there, and exits 1.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
LOCALE = "zh_Hans"
KEYWORDS: dict[str, Any] = dict(DEFAULT_KEYWORDS) | {"N_": None, "_l": None, "lazy_gettext": None}
HEADER = "# Chinese of Tandem: written, not translated. The key is the English sentence.\n#"


@dataclass(frozen=True)
class Package:
    """Where sentences stand and where their translations are kept."""

    source: Path
    home: Path

    @property
    def po(self) -> Path:
        return self.home / "translations" / LOCALE / "LC_MESSAGES" / "messages.po"


def packages() -> Iterator[Package]:
    yield Package(ROOT / "shared", ROOT / "shared" / "web")
    for folder in (ROOT / "gateway", *sorted((ROOT / "services").glob("*"))):
        if (folder / "__init__.py").exists():
            yield Package(folder, folder)


def extracted(package: Package) -> Catalog:
    """Every sentence of the package, with the places where it stands."""
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]  # untyped there
    found = Catalog(charset="utf-8")
    for name, line, text, notes, context in extract_from_dir(
        package.source, methods, options, KEYWORDS, ("Translators:",)
    ):
        found.add(text, None, [(str(Path(name)), line)], auto_comments=notes, context=context)
    return found


def kept(package: Package) -> Catalog:
    if not package.po.exists():
        return Catalog(locale=LOCALE, charset="utf-8", header_comment=HEADER)
    return read_po(BytesIO(package.po.read_bytes()), locale=LOCALE)


def updated(package: Package) -> Catalog:
    """What is kept, with new sentences empty and old ones gone. Nothing is guessed."""
    catalogue = kept(package)
    catalogue.update(extracted(package), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.header_comment = HEADER
    return catalogue


def update(package: Package) -> int:
    package.po.parent.mkdir(parents=True, exist_ok=True)
    package.po.write_bytes(spelled(updated(package)))
    return check(package)


def spelled(catalogue: Catalog) -> bytes:
    """Sorted and without line numbers or dates: a diff shows sentences only."""
    catalogue.revision_date = catalogue.creation_date
    out = BytesIO()
    write_po(out, catalogue, width=100, omit_header=True, no_location=True, sort_output=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    plural = '"Plural-Forms: nplurals=1; plural=0;\\n"\n'
    return f"{HEADER}\n{head}{plural}\n".encode() + out.getvalue()


def compile_(package: Package) -> int:
    if package.po.exists():
        with package.po.with_suffix(".mo").open("wb") as out:
            write_mo(out, kept(package))
    return 0


def check(package: Package) -> int:
    """How many sentences lack their translation or are kept for nothing."""
    wanted, there = extracted(package), kept(package)
    faults = [f"{name(m)}: no Chinese" for m in wanted if m.id and not done(there, m)]
    faults += [f"{name(m)}: doubtful" for m in there if m.id and m.fuzzy]
    faults += [f"{name(m)}: nobody says this" for m in there if m.id and not find(wanted, m)]
    for fault in faults:
        say(f"{package.source.relative_to(ROOT)}: {fault}")
    return len(faults)


def find(catalogue: Catalog, message: Message) -> Message | None:
    return catalogue.get(first(message), message.context)


def done(catalogue: Catalog, message: Message) -> bool:
    found = find(catalogue, message)
    if found is None or not found.string:
        return False
    return all(found.string) and not list(found.check(catalogue))


def first(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, list | tuple) else message.id)


def name(message: Message) -> str:
    return repr(first(message)[:90])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


DO = {"update": update, "compile": compile_, "check": check}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in DO:
        say(str(__doc__))
        return 2
    faults = sum(DO[arguments[0]](package) for package in packages())
    return 1 if faults and arguments[0] == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
