"""Our request: forms with files are streamed, never spooled to disk in the clear."""

from typing import Any

from flask import abort
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.datastructures import MultiDict

from shared.web.htmx import HtmxHeaders
from shared.web.uploads import MultipartStream

FORM_BYTES = 1024 * 1024


class TandemRequest(HtmxAwareRequest):  # type: ignore[misc]  # untyped there
    """`form` of a multipart request holds the fields that stand before its file."""

    max_form_memory_size = FORM_BYTES
    multipart: MultipartStream | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.htmx = HtmxHeaders(self.headers)

    def _load_form_data(self) -> None:
        """Werkzeug's seam behind `form` and `files`."""
        if "form" in self.__dict__:
            return
        if self.mimetype != "multipart/form-data":
            super()._load_form_data()
            return
        boundary = self.mimetype_params.get("boundary", "")
        if not boundary:
            abort(400)
        self.multipart = MultipartStream(self.stream, boundary.encode(), FORM_BYTES)
        self.__dict__.update(form=self.multipart.fields, files=MultiDict())
