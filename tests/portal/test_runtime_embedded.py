"""The embedded servers: made, restarted, locked, and gone with the process that started them."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portal.runtime import account
from portal.runtime.embedded import Embedded, take_lock
from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT
from portal.runtime.reaper import alive
from portal.runtime.sockets import SocketFolder, fits


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A short path the lent account can enter, unlike pytest's own temporary folders."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="portal-rt-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def running(place: Path) -> Iterator[Embedded]:
    """Both servers, durable as in bin/run."""
    embedded = Embedded(place)
    embedded.start()
    yield embedded
    embedded.stop()


def _url(embedded: Embedded, name: str) -> str:
    return embedded.environment()[name]


def test_vietnamese_letters_fold_and_compare_without_help_of_the_environment(running: Embedded) -> None:
    with psycopg.connect(_url(running, "DATABASE_URL")) as connection:
        row = connection.execute("SELECT lower('ĐƯỜNG NGUYỄN'), 'Ữ' ILIKE 'ữ', upper('ợ')").fetchone()
    assert row == ("đường nguyễn", True, "Ợ")


def test_the_portal_role_owns_its_database_and_is_no_superuser(running: Embedded) -> None:
    with psycopg.connect(_url(running, "DATABASE_URL")) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        settings = dict(
            connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN "
                "('data_checksums', 'listen_addresses', 'fsync', 'synchronous_commit')"
            ).fetchall()
        )
    assert role == (False, True, False)
    assert settings == {
        "data_checksums": "on",
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
    }


def test_a_wrong_password_is_refused_on_the_socket(running: Embedded) -> None:
    url = _url(running, "DATABASE_URL")
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "wrong"))


def test_the_broker_appends_to_a_file_and_evicts_nothing(running: Embedded) -> None:
    with redis.Redis.from_url(_url(running, "REDIS_URL")) as client:
        policy = client.config_get("maxmemory-policy", "appendonly", "appendfsync", "save")
    assert policy == {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
    }


def test_secrets_and_sockets_are_closed_to_others(running: Embedded, place: Path) -> None:
    for name in ("database-passwords", "sockets", "postgres", "valkey"):
        assert stat.S_IMODE((place / name).stat().st_mode) & 0o077 == 0, name


def test_no_server_runs_as_root(running: Embedded) -> None:
    for server in (running.postgres, running.valkey):
        assert server is not None
        assert server.child is not None
        status = Path(f"/proc/{server.child.pid}/status").read_text(encoding="ascii")
        real = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1]
        assert real != "0"


def test_a_restart_keeps_the_data(running: Embedded, place: Path) -> None:
    with psycopg.connect(_url(running, "DATABASE_URL"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('giữ')")
    with redis.Redis.from_url(_url(running, "REDIS_URL")) as client:
        client.rpush("kept", "giữ")
    running.stop()
    running.start()
    with psycopg.connect(_url(running, "DATABASE_URL")) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("giữ",)]
    with redis.Redis.from_url(_url(running, "REDIS_URL")) as client:
        assert client.lrange("kept", 0, -1) == ["giữ".encode()]


def test_a_committed_row_survives_kill_9_of_the_server(running: Embedded) -> None:
    assert running.postgres is not None
    assert running.postgres.child is not None
    with psycopg.connect(_url(running, "DATABASE_URL"), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS sure (n int)")
        connection.execute("INSERT INTO sure VALUES (7)")
        running.postgres.child.kill()
        running.postgres.child.wait()
    time.sleep(0.5)  # its backends notice and let go of the shared memory
    running.postgres.start()
    with psycopg.connect(_url(running, "DATABASE_URL")) as connection:
        assert connection.execute("SELECT n FROM sure").fetchone() == (7,)


def test_a_second_start_on_the_same_data_is_refused_by_name(tmp_path: Path) -> None:
    lock = take_lock(tmp_path)
    try:
        with pytest.raises(CannotStartError, match=rf"already runs .* \(process {os.getpid()}\)"):
            take_lock(tmp_path, patience=0.2)
    finally:
        os.close(lock)
    os.close(take_lock(tmp_path, patience=0.2))


_PARENT = """
import os, sys, time
from pathlib import Path
from portal.runtime.embedded import Embedded, take_lock
place = Path(sys.argv[1])
embedded = Embedded(place, durable=False, lock=take_lock(place))
embedded.start()
print(embedded.postgres.child.pid, embedded.valkey.child.pid, flush=True)
time.sleep(60)
"""


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def test_kill_9_of_the_parent_leaves_no_server_and_frees_the_lock(place: Path) -> None:
    folder = place / "orphan"
    folder.mkdir(mode=0o711)
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        with pytest.raises(CannotStartError):
            take_lock(folder, patience=0.1)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert _until(lambda: not any(alive(pid) for pid in pids), 5)
    os.close(take_lock(folder, patience=5))


def test_a_path_too_long_for_a_socket_gets_a_private_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    assert not fits(deep / "sockets")
    folder = SocketFolder(deep, account.choose(PROJECT))
    assert fits(folder.path)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    folder.remove()
    assert not folder.path.exists()


def test_a_database_of_another_major_version_is_named(place: Path) -> None:
    old = place / "old"
    (old / "postgres").mkdir(parents=True)
    (old / "postgres" / "PG_VERSION").write_text("12\n")
    embedded = Embedded(old, broker=False)
    with pytest.raises(CannotStartError, match="was made by PostgreSQL 12"):
        embedded.start()


def test_lost_passwords_end_the_start_with_a_sentence(place: Path) -> None:
    folder = place / "lost"
    folder.mkdir(mode=0o711)
    first = Embedded(folder, broker=False, durable=False)
    first.start()
    first.stop()
    (folder / "database-passwords").unlink()
    second = Embedded(folder, broker=False, durable=False)
    with pytest.raises(CannotStartError, match="do not open the database"):
        second.start()


def test_servers_of_a_deleted_data_directory_are_set_aside(tmp_path: Path) -> None:
    from portal.runtime.embedded import _set_orphans_aside

    home, data = tmp_path / "home", tmp_path / "data"
    (home / "postgres").mkdir(parents=True)
    data.mkdir()
    _set_orphans_aside(home, data)
    assert [entry.name.split("-")[0] for entry in home.iterdir()] == ["postgres.orphaned"]
    (home / "postgres").mkdir()
    (data / "database-passwords").touch()
    _set_orphans_aside(home, data)
    assert (home / "postgres").exists()


def test_servers_given_from_outside_are_not_started(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path, database=False, broker=False)
    embedded.start()
    assert embedded.environment() == {}
    embedded.stop()
    assert [entry.name for entry in tmp_path.iterdir()] == ["log"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")
def test_a_closed_home_moves_the_servers_and_changes_no_directory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    owner = account.choose(PROJECT)
    assert not owner.reaches(home)
    moved = account.database_home(home, owner)
    try:
        assert moved.is_relative_to(account.SHARED_ROOT)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert account.database_home(home, owner) == moved
    finally:
        moved.rmdir()
