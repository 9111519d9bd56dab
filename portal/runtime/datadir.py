"""The data directory: everything the portal keeps between two starts, and nothing of anybody else's."""

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.runtime import account as accounts
from portal.runtime.account import Account
from portal.runtime.errors import CannotStartError

_MARKER = ".one-stop-portal"
_OURS = ("PORTAL_", "VNPAY_", "NATIONAL_PAY_", "DATABASE_URL", "REDIS_URL")
_KEEP_ON_RESET = {_MARKER, "lock"}


@dataclass(frozen=True)
class DataDir:
    """Paths below one data directory."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> "DataDir":
        """Make the directory or recognise our own; raises CannotStartError when it holds other things."""
        try:
            path.mkdir(mode=0o711, parents=True, exist_ok=True)
            marker = path / _MARKER
            foreign = [entry.name for entry in path.iterdir()] if not marker.exists() else []
            if foreign and path.name != "var":
                raise CannotStartError(
                    f"{path} holds other files ({', '.join(sorted(foreign)[:3])}): name an empty directory."
                )
            marker.touch()
            (path / "log").mkdir(exist_ok=True)
        except OSError as error:
            raise CannotStartError(
                f"The data directory {path} cannot be written ({error.strerror}): "
                "start as its owner, or name another one with --data-dir."
            ) from error
        return cls(path)

    @property
    def logs(self) -> Path:
        """One file per part."""
        return self.path / "log"

    @property
    def static(self) -> Path:
        """What collectstatic writes."""
        return self.path / "static"

    @property
    def accounts_file(self) -> Path:
        """The demo accounts as seed_demo wrote them."""
        return self.path / "demo-accounts.json"

    def secret(self, name: str) -> Path:
        """A file with a random value, made once, readable by its owner alone."""
        path = self.path / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
        return path

    def keep_environment(self, env: Mapping[str, str], *, embedded: Iterable[str]) -> None:
        """Keep what the parts are started with, for bin/manage; the file is readable by the owner alone.

        `embedded` names the variables that lead to embedded servers: without the portal, those must be started.
        """
        kept = {name: value for name, value in env.items() if name.startswith(_OURS)}
        path = self.path / "environment.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({"values": kept, "embedded": list(embedded)}), encoding="utf-8")

    def kept_environment(self) -> tuple[dict[str, str], set[str]]:
        """What the last start was started with, and which of it led to embedded servers; empty without one."""
        path = self.path / "environment.json"
        if not path.exists():
            return {}, set()
        kept = json.loads(path.read_text(encoding="utf-8"))
        return kept["values"], set(kept["embedded"])

    def remembered(self, name: str) -> str:
        """A short note of an earlier start ("" when there is none)."""
        path = self.path / name
        return path.read_text(encoding="utf-8").strip() if path.exists() else ""

    def remember(self, name: str, value: str) -> None:
        """Keep a short note for later starts."""
        (self.path / name).write_text(value, encoding="utf-8")

    def reset(self, owner: Account) -> None:
        """Delete everything in it, and the database files that live outside it."""
        home = accounts.database_home(self.path, owner)
        if home != self.path:
            shutil.rmtree(home)
        for entry in self.path.iterdir():
            if entry.name in _KEEP_ON_RESET:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.logs.mkdir()
