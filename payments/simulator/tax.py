"""`python -m payments.simulator.tax --port 9020 --token T`: a tax authority that takes daily summaries.

A program of its own for development and tests; imports nothing of the portal. `GET /control` shows what was taken,
`POST /control/mode` with {"mode": "up" | "down" | "refuse" | "lose"} makes accidents; `lose` takes a summary and
answers 502, so that it is sent again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODES = ("up", "down", "refuse", "lose")
MOST_BYTES = 16 * 1024 * 1024


class Authority:
    """What was taken, by key: the first content stays, the same key with other content is refused."""

    def __init__(self, token: str) -> None:
        self.token, self.mode = token, "up"
        self.taken: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, data: bytes) -> tuple[int, dict[str, str]]:
        """The answer to one summary."""
        if self.mode == "down":
            return 503, {"error": "down"}
        if self.mode == "refuse":
            return 422, {"error": "MST không tồn tại"}
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            found = self.taken.setdefault(
                key, {"code": f"T{len(self.taken) + 1:08d}", "sha256": digest, "bytes": len(data), "times": 0}
            )
            found["times"] += 1
        if found["sha256"] != digest:
            return 409, {"error": "nội dung khác với lần gửi trước"}
        return (502, {"error": "lost"}) if self.mode == "lose" else (201, {"code": found["code"]})


class Handler(BaseHTTPRequestHandler):
    """Routes."""

    authority: Authority
    protocol_version = "HTTP/1.1"
    server_version = "Tax"

    def do_GET(self) -> None:
        """Health and control state."""
        if self.path == "/healthz":
            self._json(200, {"status": "ok"})
        elif self.path == "/control":
            self._json(200, {"mode": self.authority.mode, "taken": self.authority.taken})
        else:
            self._json(404, {"error": "not found"})

    def do_POST(self) -> None:
        """A summary, or a change of mode."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
        if self.path == "/control/mode":
            self._mode(body)
        elif not self.path.startswith("/summaries/"):
            self._json(404, {"error": "not found"})
        elif self.headers.get("Authorization") != f"Bearer {self.authority.token}":
            self._json(401, {"error": "token"})
        else:
            self._json(*self.authority.take(self.path.removeprefix("/summaries/"), body))

    def _mode(self, body: bytes) -> None:
        try:
            mode = json.loads(body)["mode"]
        except (ValueError, KeyError, TypeError):
            mode = None
        if mode not in MODES:
            self._json(400, {"error": f"mode is one of {', '.join(MODES)}"})
            return
        self.authority.mode = mode
        self._json(200, {"mode": mode})

    def _json(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Nothing: the control state tells what came."""


def main() -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="payments.simulator.tax", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 picks a free one and prints it")
    parser.add_argument("--token", required=True)
    options = parser.parse_args()
    handler = type("BoundHandler", (Handler,), {"authority": Authority(options.token)})
    server = ThreadingHTTPServer((options.host, options.port), handler)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"tax http://{options.host}:{server.server_address[1]}", flush=True)
    server.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
