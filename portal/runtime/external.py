"""The second test run of `.ci/run`: what another server may change, against a PostgreSQL and Redis of the machine.

Browser tests and those marked `once` (pages walked, forms checked: the same on every server) are not repeated.

PORTAL_CI_DATABASE_URL and PORTAL_CI_REDIS_URL name them; without, the usual loopback ports are tried.
"""

import argparse
import getpass
import os
import subprocess
import sys

import psycopg
import redis

from portal.runtime.messages import PROJECT
from portal.runtime.testing import parallel

_REDIS = "redis://127.0.0.1:6379/8"


def find_database() -> str | None:
    """The first address that lets us create databases."""
    named = os.environ.get("PORTAL_CI_DATABASE_URL")
    users = dict.fromkeys((getpass.getuser(), "postgres"))
    tried = [named] if named else [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in users]
    for url in tried:
        try:
            with psycopg.connect(url, connect_timeout=3) as connection:
                asked = connection.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
                row = asked.fetchone()
        except psycopg.OperationalError:
            continue
        if row and row[0]:
            return url
    return None


def find_redis() -> str | None:
    """The address of a Redis that answers."""
    url = os.environ.get("PORTAL_CI_REDIS_URL", _REDIS)
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3) as client:
            client.ping()
    except redis.RedisError:
        return None
    return url


def command(_options: argparse.Namespace, arguments: list[str]) -> int:
    """Run pytest there; 0 also when there is nothing to run against, which is said."""
    database, broker = find_database(), find_redis()
    if database is None or broker is None:
        absent = "PostgreSQL" if database is None else "Redis"
        print(f"external run: left out, no {absent} answers on its usual port", flush=True)
        return 0
    print(f"external run: {database} and {broker}", flush=True)
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "PORTAL_TEST_REDIS_SPREAD": "1",
    }
    pytest = [
        sys.executable,
        "-m",
        "pytest",
        *parallel(arguments),
        "-m",
        "not browser and not once",
        *arguments,
    ]
    return subprocess.run(pytest, cwd=PROJECT, env=environment, check=False).returncode  # noqa: S603
