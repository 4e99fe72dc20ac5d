"""Requests and addresses of ours: text is UTF-8; files are streamed, never spooled in the clear."""

from functools import cached_property
from typing import Any

from flask import abort
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter, Map

from shared.web.htmx import HtmxHeaders
from shared.web.reading import Pairs, read_pairs, require_utf_8
from shared.web.uploads import MultipartStream

FORM_BYTES = 1024 * 1024
NUL = "\0"  # no database holds it, so nothing can be looked up by it


class TandemRequest(HtmxAwareRequest):  # type: ignore[misc]  # untyped there
    """`form` of a multipart request holds the fields that stand before its file."""

    max_form_memory_size = FORM_BYTES
    multipart: MultipartStream | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.htmx = HtmxHeaders(self.headers)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        asked = read_pairs(self.query_string)
        if any(NUL in text for _, text in asked):
            abort(400)
        return self.stored(asked)

    def _load_form_data(self) -> None:
        """Werkzeug's seam behind `form` and `files`."""
        if "form" in self.__dict__:
            return
        if self.mimetype == "multipart/form-data":
            self.multipart = self.multipart_stream()
            self.__dict__.update(form=self.multipart.fields, files=MultiDict())
        elif self.mimetype == "application/x-www-form-urlencoded":
            self.__dict__.update(form=self.stored(self.typed()), files=MultiDict())
        else:
            super()._load_form_data()

    def multipart_stream(self) -> MultipartStream:
        boundary = self.mimetype_params.get("boundary", "")
        if not boundary:
            abort(400)
        return MultipartStream(self.stream, boundary.encode(), FORM_BYTES)

    def typed(self) -> Pairs:
        """Werkzeug would keep what is no UTF-8 in the spelling of addresses: “%C4%E3”."""
        require_utf_8(self.mimetype_params.get("charset", "utf-8"))
        sent = self._get_stream_for_parsing().read(FORM_BYTES + 1)
        if len(sent) > FORM_BYTES:
            abort(413)
        return read_pairs(sent)

    def stored(self, pairs: Pairs) -> MultiDict[str, str]:
        made: MultiDict[str, str] = self.parameter_storage_class(pairs)
        return made


class BigInt(IntegerConverter):
    """A number that a column of that type can hold; others name nothing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**63 - 1)
