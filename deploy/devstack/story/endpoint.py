"""A provider's own server: a real HTTP server in a process of its own, so that it can really go down."""

import http.server
import os
import signal
import subprocess
import sys
from pathlib import Path

from deploy.devstack.processes import accepts, end, free_port, spawn, wait_until

_ROOT = Path(__file__).resolve().parents[3]


class EndpointFailedError(RuntimeError):
    """The provider's server did not start."""


class Endpoint:
    """Answers 200 on 127.0.0.1 from `start` until `kill`; may start again on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/callback"

    def start(self) -> None:
        self._process = spawn([sys.executable, "-m", __name__, str(self.port)], Path(os.devnull), cwd=_ROOT)
        if not wait_until(lambda: accepts(self.port), 10):
            raise EndpointFailedError(f"the provider's server does not answer on port {self.port}")

    def kill(self) -> None:
        if self._process is not None:
            end(self._process, signal.SIGKILL, 5)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_HEAD = do_GET  # noqa: N815 - the standard library's name


def main() -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler)
    server.serve_forever()


if __name__ == "__main__":
    main()
