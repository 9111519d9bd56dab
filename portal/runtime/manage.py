"""`bin/manage COMMAND …`: a management command on the data of bin/run, whether the portal runs now or not."""

import argparse
import os
import subprocess
import sys

from portal.runtime import system
from portal.runtime.datadir import DataDir
from portal.runtime.embedded import Embedded, take_lock
from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT


def command(options: argparse.Namespace, arguments: list[str]) -> int:
    """The command's exit code. Raises CannotStartError for a directory bin/run never used."""
    data = DataDir(options.data_dir)
    kept = data.kept_environment()
    if not kept:
        raise CannotStartError(f"There is no portal's data in {data.path}: start it once with bin/run.")
    try:
        lock = take_lock(data.path, patience=0)
    except CannotStartError:
        return _run(kept, arguments)  # it runs: its servers answer
    return _with_servers(data, lock, kept, arguments)


def _with_servers(data: DataDir, lock: int, kept: dict[str, str], arguments: list[str]) -> int:
    """Start the embedded servers for this one command."""
    embedded = Embedded(
        data.path, database="DATABASE_URL" not in os.environ, broker="REDIS_URL" not in os.environ, lock=lock
    )
    try:
        embedded.start()
        return _run({**kept, **embedded.environment()}, arguments)
    finally:
        embedded.stop()
        os.close(lock)


def _run(kept: dict[str, str], arguments: list[str]) -> int:
    env = {
        **kept,
        **os.environ,
        **{name: kept[name] for name in ("DATABASE_URL", "REDIS_URL")},
        **system.environment(),
    }
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=PROJECT, env=env, check=False)  # noqa: S603
    return done.returncode
