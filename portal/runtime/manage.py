"""`bin/manage COMMAND …`: a management command on the data of bin/run, whether the portal runs now or not."""

import argparse
import os
import subprocess
import sys

from portal.runtime import system
from portal.runtime.datadir import DataDir
from portal.runtime.embedded import Embedded, take_lock
from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT, compile_messages

# A portal that is just ending may hold the lock for a moment; one that runs holds it for good.
_LOCK_PATIENCE = 0.3


def command(options: argparse.Namespace, arguments: list[str]) -> int:
    """The command's exit code. Raises CannotStartError for a directory bin/run never used."""
    data = DataDir(options.data_dir)
    values, servers = data.kept_environment()
    if not values:
        raise CannotStartError(f"There is no portal's data in {data.path}: start it once with bin/run.")
    compile_messages()
    try:
        lock = take_lock(data.path, patience=_LOCK_PATIENCE)
    except CannotStartError:
        return _run(values, arguments)  # it runs: its servers answer
    try:
        return _with_servers(data, lock, values, servers, arguments)
    finally:
        os.close(lock)


def _with_servers(
    data: DataDir, lock: int, values: dict[str, str], servers: set[str], arguments: list[str]
) -> int:
    """Start the embedded servers for this one command; a server from outside answers by itself."""
    embedded = Embedded(
        data.path, database="DATABASE_URL" in servers, broker="REDIS_URL" in servers, lock=lock
    )
    try:
        embedded.start()
        return _run({**values, **embedded.environment()}, arguments)
    finally:
        embedded.stop()


def _run(values: dict[str, str], arguments: list[str]) -> int:
    """The portal's own addresses win over the caller's: the command is about this data."""
    env = {**os.environ, **values, **system.environment()}
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=PROJECT, env=env, check=False)  # noqa: S603
    return done.returncode
