"""An app under test on a real port, for the browser, with its styles and scripts."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask, Response, send_from_directory
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
    return send_from_directory(DIST, filename)


def speaking(known: Mapping[str, Actor]) -> dict[str, Actor]:
    """Each actor twice: `buyer` reads English, `buyer-zh` Chinese in the dark."""
    dark = {name: replace(each, locale="zh-Hans", theme="dark") for name, each in known.items()}
    return {**known, **{f"{name}-zh": each for name, each in dark.items()}}
