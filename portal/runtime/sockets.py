"""Unix socket directories short enough for the kernel, and the name of the loopback address."""

import shutil
import socket
import tempfile
from pathlib import Path

from portal.runtime.account import Account

_LONGEST = 107  # sun_path holds 108 bytes with the closing zero
_LONGEST_NAME = ".s.PGSQL.5432.lock"


def localhost_resolves() -> bool:
    """A bare machine without /etc/hosts does not know the name."""
    try:
        return socket.gethostbyname("localhost") == "127.0.0.1"
    except OSError:
        return False


def fits(directory: Path) -> bool:
    """Is there room for the longest socket name in this directory?"""
    return len(str(directory / _LONGEST_NAME).encode()) <= _LONGEST


class SocketFolder:
    """`<home>/sockets`, or a private folder in the temporary directory when that path is too long."""

    def __init__(self, home: Path, account: Account) -> None:
        wished = home.resolve() / "sockets"
        self._temporary = not fits(wished)
        if self._temporary:
            self.path = Path(tempfile.mkdtemp(prefix="portal-"))
            account.own(self.path)
        else:
            self.path = account.folder(wished)

    def remove(self) -> None:
        """Delete the folder if it was a temporary one."""
        if self._temporary:
            shutil.rmtree(self.path, ignore_errors=True)
