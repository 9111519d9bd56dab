"""An embedded server of the Redis protocol: append-only file, nothing evicted, one unix socket."""

import signal
import subprocess
import time
from pathlib import Path

import redis

from portal.runtime.account import Account, reachable_file
from portal.runtime.binaries import find_broker
from portal.runtime.errors import CannotStartError
from portal.runtime.process import spawn, stop, tail

_START_SECONDS = 60.0
DATABASES = 32


class Valkey:
    """Start, stop and address one embedded broker; databases 0 (broker) and 1 (cache) are the portal's."""

    name = "valkey"

    def __init__(
        self,
        *,
        home: Path,
        sockets: Path,
        log: Path,
        account: Account,
        durable: bool = True,
        keep: tuple[int, ...] = (),
    ) -> None:
        self._home = home / "valkey"
        self._socket = sockets / "valkey.sock"
        self.log = log
        self._account = account
        self._durable = durable
        self._keep = keep
        self.child: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        """An address for redis-py and Django's cache."""
        return f"unix://{self._socket}?db={database}"

    def start(self) -> None:
        """Start the server and wait until it has loaded its file and answers."""
        self.launch()
        deadline = time.monotonic() + _START_SECONDS
        with redis.Redis(unix_socket_path=str(self._socket)) as client:
            while not self._answers(client):
                if self.child is None or self.child.poll() is not None:
                    raise CannotStartError(f"Valkey did not start:\n{tail(self.log)}")
                if time.monotonic() > deadline:
                    raise CannotStartError(f"Valkey does not answer; see {self.log}")
                time.sleep(0.02)

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start the server process alone (also used after a crash)."""
        program = reachable_file(find_broker().path, self._account)
        self._account.folder(self._home)
        with self.log.open("ab") as log:
            self.child = spawn(
                [program, *self._settings()],
                log=log,
                last_wish=signal.SIGTERM,
                cwd="/",
                keep=self._keep,
                **self._account.popen(),
            )
        return self.child

    def stop(self) -> None:
        """Write what is left and end."""
        if self.child is not None:
            stop(self.child, signal.SIGTERM, 30)

    def _settings(self) -> list[str]:
        values = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._home),
            "databases": str(DATABASES),
            "daemonize": "no",
            "save": "",
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        return [part for name, value in values.items() for part in (f"--{name}", value)]

    @staticmethod
    def _answers(client: "redis.Redis") -> bool:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
