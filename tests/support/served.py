"""An app under test on a real port, for the browser, with its styles and scripts."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

from flask import Flask, Response, send_file
from werkzeug.serving import make_server

from shared.kernel import Actor
from shared.web import assets
from shared.web.access import open_to_all
from shared.web.assets_manifest import DIST


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address while the block runs. In the product the edge serves `/static`."""
    assets.main()
    app.view_functions["static"] = open_to_all(static)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def static(filename: str) -> Response:
    """From memory: a browser that leaves half-way would leave a file open (werkzeug 3.1)."""
    return send_file(BytesIO((DIST / filename).read_bytes()), download_name=filename)


def speaking(known: Mapping[str, Actor]) -> dict[str, Actor]:
    """Each actor twice: `buyer` reads English, `buyer-zh` Chinese in the dark."""
    dark = {name: replace(each, locale="zh-Hans", theme="dark") for name, each in known.items()}
    return {**known, **{f"{name}-zh": each for name, each in dark.items()}}
