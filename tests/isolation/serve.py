"""One service of the source in this folder, on a free port, which is the first line it prints."""

import sys
from importlib import import_module

from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_request(self, code: object = "-", size: object = "-") -> None:
        """The tests say what they saw."""


def main(name: str) -> None:
    settings = import_module(f"services.{name}.config").settings()
    app = import_module(f"services.{name}.app").create_app(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    print(server.port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
