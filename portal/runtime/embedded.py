"""The embedded servers of one data directory, and the lock that keeps a second start away."""

import fcntl
import os
import time
from pathlib import Path

from portal.runtime import account as accounts
from portal.runtime.account import Account
from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT
from portal.runtime.postgres import Postgres
from portal.runtime.sockets import SocketFolder
from portal.runtime.valkey import Valkey

# A killed portal's servers hold the lock for the tenth of a second they need to end.
_LOCK_PATIENCE = 5.0
_PASSWORDS = "database-passwords"


def take_lock(data_dir: Path, patience: float = _LOCK_PATIENCE) -> int:
    """An exclusive lock on the data directory, as a descriptor; raises CannotStartError when it is taken."""
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
                os.close(descriptor)
                raise CannotStartError(
                    f"The portal already runs with the data in {data_dir} (process {holder}): "
                    "stop it, or start this one with another --data-dir."
                ) from None
            time.sleep(0.1)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            return descriptor


def _set_orphans_aside(home: Path, data_dir: Path) -> None:
    """Server files whose data directory was deleted: their passwords went with it, so a new start begins anew.

    They are renamed, not deleted: somebody may still have the passwords.
    """
    if (data_dir / _PASSWORDS).exists():
        return
    for name in ("postgres", "valkey"):
        if (home / name).exists():
            (home / name).rename(home / f"{name}.orphaned-{int(time.time())}")


class Embedded:
    """PostgreSQL and Valkey for one data directory; either is left out when one is given from outside."""

    def __init__(
        self,
        data_dir: Path,
        *,
        database: bool = True,
        broker: bool = True,
        durable: bool = True,
        lock: int | None = None,
        owner: Account | None = None,
    ) -> None:
        owner = owner or accounts.choose(PROJECT)
        keep = () if lock is None else (lock,)
        logs = data_dir / "log"
        logs.mkdir(exist_ok=True)
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self._folder: SocketFolder | None = None
        if not (database or broker):
            return
        self.home = accounts.database_home(data_dir, owner)
        if self.home != data_dir:
            _set_orphans_aside(self.home, data_dir)
        self._folder = SocketFolder(self.home, owner)
        if database:
            self.postgres = Postgres(
                home=self.home,
                secret=data_dir / _PASSWORDS,
                sockets=self._folder.path,
                log=logs / "postgres.log",
                account=owner,
                durable=durable,
                keep=keep,
            )
        if broker:
            self.valkey = Valkey(
                home=self.home,
                sockets=self._folder.path,
                log=logs / "valkey.log",
                account=owner,
                durable=durable,
                keep=keep,
            )

    def start(self) -> None:
        """Start what is ours; what had started is stopped again when the other cannot."""
        try:
            for server in (self.valkey, self.postgres):
                if server is not None:
                    server.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both servers, PostgreSQL last, and remove a temporary socket folder."""
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()
        if self._folder is not None:
            self._folder.remove()

    def environment(self) -> dict[str, str]:
        """The variables that lead settings.py to these servers."""
        values = {}
        if self.postgres is not None:
            values["DATABASE_URL"] = self.postgres.url
        if self.valkey is not None:
            values["REDIS_URL"] = self.valkey.url(0)
            values["PORTAL_CACHE_URL"] = self.valkey.url(1)
        return values
