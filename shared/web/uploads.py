"""Uploads as streams: the fields first, then the file in chunks, nothing of it on our disk.

A form with a file puts its fields before the file input. The hidden `csrf_token` comes first of
all, so that a forged upload is refused before a byte of its file is read.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from flask import abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.sansio.multipart import (
    NEED_DATA,
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
)

from shared.web.i18n import gettext
from shared.web.reading import read_text

CHUNK = 64 * 1024
PARTS = 1000
NAME_BYTES = 200


@dataclass(frozen=True)
class Upload:
    """A file on its way in. `chunks` can be read once."""

    field: str
    name: str
    media_type: str
    chunks: Iterator[bytes]


class MultipartStream:
    """A multipart form, parsed as it arrives."""

    def __init__(self, stream: IO[bytes], boundary: bytes, form_bytes: int) -> None:
        self.stream, self.form_bytes = stream, form_bytes
        self.decoder = MultipartDecoder(boundary, max_parts=PARTS)
        self.first_file: File | None = None
        self.fields: MultiDict[str, str] = ImmutableMultiDict(self.read_fields())

    def read_fields(self) -> Iterator[tuple[str, str]]:
        left = self.form_bytes
        while isinstance(part := self.next_event(), Field | File):
            if isinstance(part, File) and part.filename:
                self.first_file = part
                return
            content = b"".join(self.part_data(left))
            left -= len(content)
            if isinstance(part, Field):  # else a file input that was left empty
                yield part.name or "", read_text(content)

    def file(self) -> Upload | None:
        """The one file, or None where the input was left empty."""
        part, self.first_file = self.first_file, None
        if part is None:
            return None
        media_type = part.headers.get("Content-Type", "application/octet-stream")
        return Upload(part.name, safe_name(part.filename), media_type, self.file_data())

    def file_data(self) -> Iterator[bytes]:
        yield from self.part_data(None)
        while isinstance(part := self.next_event(), Field | File):
            if isinstance(part, Field) or part.filename:
                abort(400, gettext("In a form with a file, the file comes last."))
            b"".join(self.part_data(0))

    def part_data(self, limit: int | None) -> Iterator[bytes]:
        """The content of the part that has begun, at most `limit` bytes of it."""
        more = True
        while more:
            event = self.next_event()
            if not isinstance(event, Data):
                abort(400)
            if limit is not None and (limit := limit - len(event.data)) < 0:
                abort(413)
            more = event.more_data
            if event.data:
                yield event.data

    def next_event(self) -> Event:
        """The next event that says something. A form that breaks off is refused."""
        while True:
            try:
                event = self.decoder.next_event()
            except ValueError:
                abort(400)
            if isinstance(event, Field | File | Data | Epilogue):
                return event
            if event is NEED_DATA:
                self.feed()

    def feed(self) -> None:
        if len(self.decoder.buffer) > self.form_bytes:
            abort(413)  # headers without end; of a file nothing is left in the buffer
        data = self.stream.read(CHUNK)
        try:
            self.decoder.receive_data(data or None)
        except ValueError:
            abort(400)


def uploaded_file(*, limit: int) -> Upload | None:
    """The file of the form at hand, at most `limit` bytes of it. Its fields are `request.form`."""
    fields = request.form  # reads up to the file
    if not request.headers.get("X-CSRF-Token") and next(iter(fields), "") != "csrf_token":
        abort(403)
    stream: MultipartStream | None = getattr(request, "multipart", None)
    upload = stream.file() if stream else None
    if upload is None:
        return None
    return Upload(upload.field, upload.name, upload.media_type, limited(upload.chunks, limit))


def uploaded_body(*, limit: int) -> Upload:
    """The raw body of an API request as a file; its name is the parameter `name`."""
    if (request.content_length or 0) > limit:
        abort(413, too_large(limit))
    name = safe_name(request.args.get("name", ""))
    chunks = iter(lambda: request.stream.read(CHUNK), b"")
    media_type = request.mimetype or "application/octet-stream"
    return Upload("", name, media_type, limited(chunks, limit))


def limited(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            abort(413, too_large(limit))
        yield chunk


def too_large(limit: int) -> str:
    return gettext("A file may have at most %(size)s MB.", size=limit // 1024**2)


def safe_name(name: str) -> str:
    """A file name without folders, control and direction characters, at most 200 bytes long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C"
    )
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix) > 12:
        stem, suffix = kept, ""
    room = NAME_BYTES - len(suffix.encode()) - 1
    stem = stem.encode()[:room].decode("utf-8", "ignore")
    return (f"{stem}.{suffix}" if suffix else stem) or "file"
