"""The content-addressed store."""

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from portal.lib import files


def age(sha256: str, seconds: float) -> None:
    then = files.path_of(sha256).stat().st_mtime - seconds
    os.utime(files.path_of(sha256), (then, then))


def test_put_names_the_file_by_its_content() -> None:
    stored = files.put([b"xin ", b"chao"])

    assert stored == files.put(b"xin chao")
    assert stored.size == 8
    path = files.path_of(stored.sha256)
    assert path.parts[-3:] == (stored.sha256[:2], stored.sha256[2:4], stored.sha256)
    assert path.read_bytes() == b"xin chao"
    assert list(files.all_hashes()) == [stored.sha256]


def test_only_the_portal_may_read_the_files(settings: Any) -> None:
    stored = files.put(b"x")

    assert stat.S_IMODE(files.path_of(stored.sha256).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(settings.FILES_ROOT).stat().st_mode) == 0o700


def test_a_stored_file_is_never_written_again() -> None:
    stored = files.put(b"x")
    inode = files.path_of(stored.sha256).stat().st_ino

    files.put(b"x")

    assert files.path_of(stored.sha256).stat().st_ino == inode


def test_verify_sees_a_changed_and_a_missing_file() -> None:
    stored = files.put(b"x" * 1000)
    assert files.verify(stored.sha256)

    files.path_of(stored.sha256).write_bytes(b"y" * 1000)
    assert not files.verify(stored.sha256)
    files.path_of(stored.sha256).unlink()
    assert not files.verify(stored.sha256)
    assert not files.exists(stored.sha256)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 63 + "\n"]
)
def test_no_name_but_a_hash_reaches_the_disk(name: str) -> None:
    with pytest.raises(ValueError):
        files.path_of(name)


def test_a_broken_upload_leaves_nothing(settings: Any) -> None:
    def chunks() -> Any:
        yield b"half"
        raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        files.put(chunks())

    left = [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file() and path.name != ".lock"]
    assert left == []


def test_many_writers_of_one_content_make_one_file() -> None:
    threads = [threading.Thread(target=files.put, args=(b"same" * 10_000,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (sha256,) = files.all_hashes()
    assert files.verify(sha256)


def test_sweep_removes_old_orphans_only() -> None:
    old, young, named = (files.put(word).sha256 for word in (b"old", b"young", b"named"))
    age(old, 25 * 3600)
    age(named, 25 * 3600)

    swept = files.sweep(lambda hashes: {named} & set(hashes))

    assert swept == files.Swept(removed=1, quarantined=1)
    assert set(files.all_hashes()) == {young, named}


def test_a_file_put_again_is_young_again() -> None:
    stored = files.put(b"x")
    age(stored.sha256, 25 * 3600)
    files.put(b"x")

    assert files.sweep(lambda _hashes: set()).removed == 0


def test_sweep_removes_parts_of_broken_uploads(settings: Any) -> None:
    files.put(b"x")
    part = Path(settings.FILES_ROOT) / ".part-0123"
    part.write_bytes(b"half")
    os.utime(part, (0, 0))

    files.sweep(lambda hashes: set(hashes))

    assert not part.exists()
