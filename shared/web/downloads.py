"""Files on their way out: always saved, never shown, whatever their type claims to be."""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response
from werkzeug.utils import secure_filename


def attachment(name: str, chunks: Iterable[bytes], size: int | None = None) -> Response:
    """A download under its own name (RFC 6266), streamed. `size` in bytes, if it is known."""
    plain = secure_filename(name) or "file"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    answer = Response(chunks, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = disposition
    if size is not None:
        answer.content_length = size
    return answer
