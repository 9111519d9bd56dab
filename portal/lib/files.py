"""The content-addressed store: bytes under `FILES_ROOT/ab/cd/<sha256>`, outside the web root.

A file is written under a temporary name, synced, then moved into place with mode 0600, and never written
again: equal content is one file. A row that names a hash is written after the file, in the caller's
transaction; when that rolls back, the file is an orphan, and `sweep` removes it once it is a day old.

One lock file orders `put` (shared) and the removal of orphans (exclusive), so a file that is being used again
is not removed under its new row.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from django.conf import settings

QUARANTINE_SECONDS = 24 * 3600
CHUNK = 1024 * 1024
BATCH = 500
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = ".part-"


@dataclass(frozen=True)
class Stored:
    """Where bytes went: lower-case hexadecimal SHA-256, size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Swept:
    """What a sweep found: files removed, orphans still in their day of quarantine."""

    removed: int
    quarantined: int


def put(content: bytes | Iterable[bytes]) -> Stored:
    """Store `content` (bytes or chunks) durably and return its hash. OSError when the disk refuses."""
    root = _root()
    part = root / f"{_PART}{secrets.token_hex(8)}"
    try:
        stored = _write(part, [content] if isinstance(content, bytes) else content)
        with _lock(fcntl.LOCK_SH):
            _move_into_place(part, path_of(stored.sha256))
    finally:
        part.unlink(missing_ok=True)
    return stored


def path_of(sha256: str) -> Path:
    """The path of a hash; ValueError for anything but 64 hexadecimal digits: no name leaves the root."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256")
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256[2:4] / sha256


def open_file(sha256: str) -> BufferedReader:
    """The stored bytes for reading; FileNotFoundError when there are none."""
    return path_of(sha256).open("rb")


def exists(sha256: str) -> bool:
    """Whether there is a file of this hash (its content is not read; see `verify`)."""
    return path_of(sha256).is_file()


def verify(sha256: str) -> bool:
    """Whether the file is there and still has the content its name says."""
    try:
        with open_file(sha256) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def all_hashes() -> Iterator[str]:
    """Every hash in the store, in no particular order."""
    for path in Path(settings.FILES_ROOT).glob("??/??/*"):
        if _SHA256.fullmatch(path.name):
            yield path.name


def age_seconds(sha256: str) -> float:
    """Seconds since the file was last put (mtime); infinity when it is gone."""
    try:
        return max(time.time() - path_of(sha256).stat().st_mtime, 0.0)
    except FileNotFoundError:
        return float("inf")


def sweep(known: Callable[[list[str]], set[str]], *, quarantine_seconds: float = QUARANTINE_SECONDS) -> Swept:
    """Remove orphans older than the quarantine, and temporary files of broken uploads.

    `known` returns those of the given hashes that a row names.
    """
    removed = quarantined = 0
    for batch in _batches(all_hashes()):
        for sha256 in set(batch) - known(batch):
            if _remove_old(sha256, quarantine_seconds):
                removed += 1
            else:
                quarantined += 1
    _remove_old_parts(quarantine_seconds)
    return Swept(removed, quarantined)


def _batches(hashes: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for sha256 in hashes:
        batch.append(sha256)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _remove_old(sha256: str, quarantine_seconds: float) -> bool:
    """Remove the file unless it was put within the quarantine; its age is read again under the lock."""
    with _lock(fcntl.LOCK_EX):
        if age_seconds(sha256) < quarantine_seconds:
            return False
        path_of(sha256).unlink(missing_ok=True)
        return True


def _remove_old_parts(quarantine_seconds: float) -> None:
    for part in Path(settings.FILES_ROOT).glob(f"{_PART}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > quarantine_seconds:
                part.unlink()


def _root() -> Path:
    root = Path(settings.FILES_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


@contextlib.contextmanager
def _lock(kind: int) -> Iterator[None]:
    handle = os.open(_root() / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, kind)
        yield
    finally:
        os.close(handle)


def _write(part: Path, chunks: Iterable[bytes]) -> Stored:
    digest, size = hashlib.sha256(), 0
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Stored(digest.hexdigest(), size)


def _move_into_place(part: Path, target: Path) -> None:
    """Give the synced file its name; a file that has the name already stays and only gets a new mtime."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists():
        os.utime(target)
        return
    part.replace(target)  # two writers of equal content at once: either's bytes serve
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
