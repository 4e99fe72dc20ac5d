"""Secrets drawn for one test, and the search for them wherever a running stack might keep them.

Every canary that is text holds the same random mark, so that one search finds all of them; a price
has digits only and is looked for by itself. Sought are UTF-8, UTF-16 in both orders, base64 of
these at each alignment, and hexadecimal, in which `pg_dump` writes binary columns.
"""

import base64
import os
import secrets
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from kafka import KafkaConsumer, TopicPartition

from deploy.postgres.cluster import PROGRAMS

CHUNK = 8 * 1024**2
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Hit:
    """A canary where none may be. `form` is how it was written."""

    place: str
    form: str
    around: bytes


@dataclass(frozen=True)
class Canaries:
    """`text("solution")` is a secret to send; `price` an amount that occurs nowhere else."""

    mark: str = field(default_factory=lambda: f"Zq{secrets.token_hex(8)}")
    price: Decimal = field(default_factory=lambda: Decimal(10**9 + secrets.randbelow(10**9)) / 100)

    def text(self, what: str) -> str:
        return f"{what}-{self.mark}-{what}"

    @property
    def sought(self) -> list[str]:
        return [self.mark, f"{self.price:.2f}", f"{self.price:,.2f}"]


def needles(canaries: Canaries) -> Mapping[bytes, str]:
    """What to look for, and how it is written."""
    found: dict[bytes, str] = {}
    for word in canaries.sought:
        for encoding in ENCODINGS:
            plain = word.encode(encoding)
            found[plain] = encoding
            found |= dict.fromkeys(base64_of(plain), f"base64 of {encoding}")
        found[word.encode().hex().encode()] = "hexadecimal"
    return found


def base64_of(plain: bytes) -> Iterator[bytes]:
    """The middle of what base64 makes of these bytes, wherever in a longer text they begin."""
    for before in range(3):
        code = base64.b64encode(bytes(before) + plain)
        whole = code[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


class Search:
    """Looks for the canaries of one test."""

    def __init__(self, canaries: Canaries) -> None:
        self.needles = needles(canaries)
        self.overlap = max(map(len, self.needles)) - 1

    def in_bytes(self, content: bytes, place: str) -> list[Hit]:
        return [
            Hit(place, form, content[max(0, at - 20) : at + len(needle) + 20])
            for needle, form in self.needles.items()
            if (at := content.find(needle)) >= 0
        ]

    def in_folders(self, *folders: Path) -> list[Hit]:
        """All files below, their names included. What vanishes meanwhile is left out."""
        return [hit for folder in folders for path in below(folder) for hit in self.in_file(path)]

    def in_file(self, path: Path) -> list[Hit]:
        hits, tail = self.in_bytes(os.fsencode(path.name), f"the name of {path}"), b""
        for chunk in written(path):
            hits += self.in_bytes(tail + chunk, str(path))
            tail = chunk[-self.overlap :]
        return hits

    def in_dumps(self, superuser: str, *databases: str) -> list[Hit]:
        """What `pg_dump` writes of each database."""
        return [hit for name in databases for hit in self.in_bytes(dump(superuser, name), name)]

    def in_topics(self, bootstrap: str) -> list[Hit]:
        """Keys, headers and values of all messages, decompressed."""
        return [
            hit
            for place, content in messages(bootstrap)
            for hit in self.in_bytes(content, f"topic {place}")
        ]


def below(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path
            except FileNotFoundError:
                continue


def written(path: Path) -> Iterator[bytes]:
    """The content in chunks. Holes of files that are mostly holes are skipped."""
    try:
        opened = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        for start, end in extents(opened):
            for at in range(start, end, CHUNK):
                yield os.pread(opened, min(CHUNK, end - at), at)
    finally:
        os.close(opened)


def extents(opened: int) -> Iterator[tuple[int, int]]:
    size = os.fstat(opened).st_size
    start = 0
    while start < size:
        try:
            start = os.lseek(opened, start, os.SEEK_DATA)
        except OSError:  # nothing but a hole up to the end
            return
        end = os.lseek(opened, start, os.SEEK_HOLE)
        yield start, end
        start = end


def dump(superuser: str, database: str) -> bytes:
    """`superuser` is a URL of any database of the server."""
    url = urlunsplit(urlsplit(superuser)._replace(path=f"/{database}"))
    command = [str(PROGRAMS / "pg_dump"), f"--dbname={url}"]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout


def messages(bootstrap: str) -> Iterator[tuple[str, bytes]]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","), group_id=None, enable_auto_commit=False
    )
    with closing(consumer):
        for topic in sorted(consumer.topics()):
            yield from messages_of(consumer, topic)


def messages_of(consumer: KafkaConsumer, topic: str) -> Iterator[tuple[str, bytes]]:
    partitions = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    while any(consumer.position(each) < ends[each] for each in partitions):
        for some in consumer.poll(timeout_ms=500).values():
            for message in some:
                parts = [message.key, message.value, *flat(message.headers)]
                yield topic, b"\n".join(part for part in parts if part)


def flat(headers: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    for name, value in headers:
        yield name.encode()
        yield value
