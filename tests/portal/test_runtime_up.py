"""bin/run: its arguments, its refusals, and one whole start and end."""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse

from portal.runtime import banner, up
from portal.runtime.account import choose
from portal.runtime.datadir import DataDir
from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT
from portal.runtime.options import parser


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def _run(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "portal.runtime", *arguments],
        cwd=PROJECT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=60,
        env={**os.environ, **env},
    )  # fmt: skip


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1"])
def test_a_port_that_is_none_is_refused_by_name(port: str) -> None:
    done = _run("up", f"--port={port}")
    assert done.returncode == 2
    assert f"'{port}' is no port" in done.stderr


def test_an_unknown_argument_is_refused() -> None:
    done = _run("up", "--prot", "9000")
    assert done.returncode == 2
    assert "unknown argument: --prot 9000" in done.stderr


def test_a_busy_port_is_one_sentence(busy_port: int, tmp_path: Path) -> None:
    done = _run("up", f"--port={busy_port}", f"--data-dir={tmp_path / 'data'}")
    assert done.returncode == 1
    assert done.stderr == (
        f"portal: Port {busy_port} is in use by another program: choose one with --port.\n"
    )
    assert not (tmp_path / "data").exists()


def test_an_address_of_another_machine_is_one_sentence() -> None:
    with pytest.raises(CannotStartError, match=r"192\.0\.2\.1 is no address of this machine"):
        up.check_port("192.0.2.1", 8000)


def test_reset_without_a_terminal_needs_yes(tmp_path: Path) -> None:
    (tmp_path / "keep").touch()
    done = _run("up", "--reset", f"--port={up.free_port('127.0.0.1', 0)}", f"--data-dir={tmp_path}")
    assert done.returncode == 1
    assert "--reset asks a question" in done.stderr
    assert (tmp_path / "keep").exists()


def test_a_directory_with_other_files_is_never_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(CannotStartError, match=r"holds other files \(thesis\.txt\)"):
        DataDir.open(tmp_path)


def test_reset_empties_the_directory_and_keeps_it_ours(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path / "data")
    secret = data.secret("secret-key")
    assert secret.stat().st_mode & 0o077 == 0
    assert data.secret("secret-key").read_text() == secret.read_text()
    (data.path / "files").mkdir()
    (data.path / "files" / "upload").touch()
    data.reset(choose(PROJECT))
    assert sorted(entry.name for entry in data.path.iterdir()) == [".one-stop-portal", "log"]
    assert DataDir.open(data.path) == data


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_directory_that_cannot_be_written_is_one_sentence() -> None:
    with pytest.raises(CannotStartError, match="cannot be written"):
        DataDir.open(Path("/proc/portal-data"))


def test_a_wished_port_that_is_taken_gives_another(busy_port: int) -> None:
    assert up.free_port("127.0.0.1", busy_port) != busy_port


def _options(*arguments: str) -> argparse.Namespace:
    return parser().parse_args(["up", *arguments])


def test_a_relative_data_directory_is_the_callers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_CALLED_FROM", str(tmp_path))
    assert _options("--data-dir", "mine").data_dir == tmp_path / "mine"


def test_what_the_person_set_stays_and_the_rest_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from portal.runtime.embedded import Embedded

    monkeypatch.setenv("PORTAL_PUBLIC_URL", "https://example.vn")
    monkeypatch.delenv("PORTAL_HOSTS", raising=False)
    data = DataDir.open(tmp_path / "data")
    embedded = Embedded(data.path, database=False, broker=False)
    env = up.environment(_options("--host", "0.0.0.0"), data, embedded)  # noqa: S104
    assert env["PORTAL_PUBLIC_URL"] == "https://example.vn"
    assert socket.gethostname() in env["PORTAL_HOSTS"].split(",")
    assert env["PORTAL_SECRET_KEY_FILE"] == str(tmp_path / "data" / "secret-key")
    assert env["DATABASE_URL"] == os.environ["DATABASE_URL"]


def test_the_simulator_notifies_the_address_the_portal_answers_at() -> None:
    assert reverse("payments:ipn") == up.IPN_PATH


def test_the_accounts_are_shown_as_seed_demo_wrote_them(tmp_path: Path) -> None:
    assert banner.accounts_table(tmp_path / "none.json") is None
    path = tmp_path / "demo-accounts.json"
    row = {"login": "canbo1", "password": "x", "name": "Nguyễn Thị Ước", "role": "Cán bộ", "unit": None}
    path.write_text(json.dumps([row]), encoding="utf-8")
    table = banner.accounts_table(path)
    assert table is not None
    assert [next(iter(column.cells)) for column in table.columns] == [
        "canbo1",
        "x",
        "Nguyễn Thị Ước",
        "Cán bộ",
        "",
    ]


def _ended(pids: list[int]) -> bool:
    from portal.runtime.reaper import alive

    return not any(alive(pid) for pid in pids)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    direct = [int(word) for word in text.split()]
    return direct + [below for child in direct for below in _children(child)]


@pytest.mark.slow
def test_the_whole_portal_starts_serves_and_ends_without_a_trace() -> None:
    """From an empty directory to /healthz 200 by the real command; SIGTERM; no process is left."""
    port = up.free_port("127.0.0.1", 0)
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL"} and not name.startswith(("PORTAL_", "VNPAY_"))
    }
    with tempfile.TemporaryDirectory(prefix="portal-up-") as folder:
        Path(folder).chmod(0o711)
        command = [sys.executable, "-m", "portal.runtime", "up", "--no-demo", f"--port={port}"]
        log = Path(folder) / "terminal.txt"
        with log.open("w", encoding="utf-8") as terminal, subprocess.Popen(
            [*command, f"--data-dir={folder}/data"], cwd=PROJECT, env={**env, "PORTAL_PLAIN_STATIC": "1"},
            stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal, start_new_session=True,
        ) as portal:  # fmt: skip
            try:
                _wait_for_address(portal, log, port)
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                    assert answer.status == 200
                pids = _children(portal.pid)
                assert len(pids) >= 10
                assert _units_counted_by_manage(f"{folder}/data", env) > 140
            finally:
                portal.send_signal(signal.SIGTERM)
                portal.wait(60)
        assert portal.returncode == 0
        assert _ended(pids)
        assert _units_counted_by_manage(f"{folder}/data", env) > 140
        assert log.read_text(encoding="utf-8").rstrip().endswith("stopping\nstopped")


def _units_counted_by_manage(data_dir: str, env: dict[str, str]) -> int:
    """By `bin/manage`, which finds the servers while the portal runs and starts them while it does not."""
    code = "from portal.accounts.models import Unit; print('units', Unit.objects.count())"
    command = [
        sys.executable,
        "-m",
        "portal.runtime",
        "manage",
        f"--data-dir={data_dir}",
        "shell",
        "-c",
        code,
    ]
    done = subprocess.run(
        command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    found = re.search(r"^units (\d+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return int(found[1])


def test_manage_without_data_is_one_sentence(tmp_path: Path) -> None:
    done = _run("manage", f"--data-dir={tmp_path}", "verify")
    assert done.returncode == 1
    assert done.stderr == f"portal: There is no portal's data in {tmp_path}: start it once with bin/run.\n"


def _wait_for_address(portal: "subprocess.Popen[bytes]", log: Path, port: int) -> None:
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8")
        if re.search(rf"The portal serves at http://\S+:{port}\b", text):
            return
        assert portal.poll() is None, text
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))
