"""An embedded PostgreSQL: one cluster in a folder, one unix socket, a role that is not a superuser."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from portal.runtime.account import Account, reachable_program
from portal.runtime.binaries import PostgresProgram, find_postgres
from portal.runtime.errors import CannotStartError
from portal.runtime.process import spawn, stop, tail

_SUPERUSER = "postgres"
_ROLE = _DATABASE = "portal"
# Recovery of a big cluster after a power cut takes minutes; a fixed short limit would turn it into a failure.
START_SECONDS = 300.0


@dataclass(frozen=True)
class Passwords:
    """Kept in a file of the data directory (0600); peers on the machine have no other way in."""

    superuser: str
    role: str

    @classmethod
    def load(cls, path: Path) -> "Passwords":
        """Read the two passwords, making them on first use."""
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{secrets.token_urlsafe(24)}\n{secrets.token_urlsafe(24)}\n")
        superuser, role = path.read_text(encoding="ascii").split()
        return cls(superuser, role)


class Postgres:
    """Start, stop and address one embedded cluster.

    `home` holds the cluster, `secret` the passwords, `sockets` the socket. `durable=False` turns fsync and
    autovacuum off (tests). `keep` are descriptors the server holds open while it lives (the data directory's lock).
    """

    name = "postgres"

    def __init__(
        self,
        *,
        home: Path,
        secret: Path,
        sockets: Path,
        log: Path,
        account: Account,
        durable: bool = True,
        keep: tuple[int, ...] = (),
    ) -> None:
        self._cluster = home / "postgres"
        self._secret = secret
        self._sockets = sockets
        self.log = log
        self._account = account
        self._durable = durable
        self._keep = keep
        self._program: PostgresProgram | None = None
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def program(self) -> PostgresProgram:
        """The PostgreSQL in use, found once."""
        if self._program is None:
            self._program = reachable_program(find_postgres(), self._account)
        return self._program

    @property
    def url(self) -> str:
        """DATABASE_URL for the portal's role."""
        password = Passwords.load(self._secret).role
        return f"postgresql://{_ROLE}:{password}@/{_DATABASE}?host={quote(str(self._sockets), safe='/')}"

    def start(self) -> None:
        """Make the cluster if there is none, start the server, wait for it, make role and database."""
        self._check_version()
        if not (self._cluster / "PG_VERSION").exists():
            self._initialise()
        self.launch()
        with self._wait_for_answer() as connection:
            self._make_role_and_database(connection)

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start the server process alone (also used after a crash)."""
        self._account.folder(self._cluster)
        with self.log.open("ab") as log:
            self.child = spawn(
                [self.program.bin / "postgres", "-D", self._cluster, *self._settings()],
                log=log,
                last_wish=signal.SIGINT,
                cwd="/",
                keep=self._keep,
                **self._account.popen(),
            )
        return self.child

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, everything committed is on disk."""
        if self.child is not None:
            stop(self.child, signal.SIGINT, 60)

    def _settings(self) -> list[str]:
        values = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._sockets}"',
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            "max_connections": "100",
        }
        if not self._durable:
            values |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "autovacuum": "off",
            }
        return [part for name, value in values.items() for part in ("-c", f"{name}={value}")]

    def _check_version(self) -> None:
        marker = self._cluster / "PG_VERSION"
        if marker.exists() and (made := int(marker.read_text().split(".")[0])) != self.program.major:
            raise CannotStartError(
                f"The database in {self._cluster} was made by PostgreSQL {made}, not {self.program.major}: "
                f"install PostgreSQL {made}, or restore a backup into a new --data-dir."
            )

    def _initialise(self) -> None:
        """initdb with a locale that folds Vietnamese letters everywhere, whatever LANG says.

        Made beside and renamed: an interrupted start leaves no half cluster.
        """
        partial = self._cluster.with_name("postgres.partial")
        shutil.rmtree(partial, ignore_errors=True)
        self._account.folder(partial)
        locale = ["--locale=C.UTF-8"]
        if self.program.major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        password = self._sockets / "initial-password"
        password.touch(mode=0o600)
        password.write_text(Passwords.load(self._secret).superuser, encoding="ascii")
        self._account.own(password)
        try:
            self._run_initdb(
                ["-D", str(partial), "-E", "UTF8", *locale, "--auth=scram-sha-256", "--data-checksums"]
                + ["-U", _SUPERUSER, f"--pwfile={password}", "--no-instructions"]
                + ([] if self._durable else ["--no-sync"])
            )
        finally:
            password.unlink()
        partial.rename(self._cluster)

    def _run_initdb(self, arguments: list[str]) -> None:
        foreign = ("PG", "LC_", "LANG")
        done = subprocess.run(  # noqa: S603
            [str(self.program.bin / "initdb"), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            env={name: value for name, value in os.environ.items() if not name.startswith(foreign)},
            check=False,
            **self._account.popen(),
        )
        with self.log.open("a", encoding="utf-8") as log:
            log.write(done.stdout + done.stderr)
        if done.returncode:
            raise CannotStartError(f"PostgreSQL could not make its files: {done.stderr.strip()}")

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self._sockets),
            user=_SUPERUSER,
            password=Passwords.load(self._secret).superuser,
            dbname="postgres",
            autocommit=True,
            connect_timeout=10,
        )

    def _wait_for_answer(self) -> "psycopg.Connection[tuple[object, ...]]":
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._connect()
            except psycopg.OperationalError as error:
                if self.child is None or self.child.poll() is not None:
                    raise CannotStartError(f"PostgreSQL did not start:\n{tail(self.log)}") from error
                if "authentication failed" in str(error):
                    raise CannotStartError(
                        f"The passwords in {self._secret} do not open the database in {self._cluster}: put the file "
                        "that belongs to it back, or start with --reset."
                    ) from error
                if time.monotonic() > deadline:
                    raise CannotStartError(f"PostgreSQL does not answer; see {self.log}") from error
                time.sleep(0.03)

    def _make_role_and_database(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        """The portal's role owns its database and may make others (tests do), nothing more."""
        role, database = sql.Identifier(_ROLE), sql.Identifier(_DATABASE)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_ROLE]).fetchone():
            password = sql.Literal(Passwords.load(self._secret).role)
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, password))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
