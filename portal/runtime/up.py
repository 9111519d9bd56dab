"""`bin/run`: from nothing to a serving portal, and cleanly back."""

import argparse
import contextlib
import errno
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from portal.runtime import account, banner, parts, system
from portal.runtime.datadir import DataDir
from portal.runtime.embedded import Embedded, take_lock
from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT
from portal.runtime.process import spawn, tail
from portal.runtime.sockets import localhost_resolves
from portal.runtime.supervisor import Signals, StopAskedError, Supervisor, run_to_end

# payments.urls; a test compares it with the address the portal itself answers at.
IPN_PATH = "/thanh-toan/vnpay/thong-bao/"
NATIONAL_PATH = "/thanh-toan/quoc-gia/thong-bao/"
NATIONAL_RETURN_PATH = "/thanh-toan/quoc-gia/ket-qua/"
_TERMINAL = "PORTAL01"
_PARTNER = "HANOI01"
_HEALTH_SECONDS = 120.0
_WORKER_PROCESSES = 2


def check_port(host: str, port: int) -> None:
    """Raises CannotStartError when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStartError(
                    f"Port {port} is in use by another program: choose one with --port."
                ) from error
            if error.errno == errno.EACCES:
                raise CannotStartError(
                    f"Port {port} needs root: choose one above 1023 with --port."
                ) from error
            raise CannotStartError(
                f"{host} is no address of this machine ({error.strerror}): see --host."
            ) from error


def check_shared_memory() -> None:
    """Raises CannotStartError where the semaphores of Celery's worker cannot be made."""
    try:
        multiprocessing.Semaphore()
    except OSError as error:
        raise CannotStartError(
            f"Shared memory cannot be used ({error.strerror}): mount /dev/shm writable for everyone."
        ) from error


def free_port(host: str, wished: int) -> int:
    """`wished` when it is free on that address, else any free port."""
    for port in (wished, 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError, OverflowError):
                probe.bind((host, port))
                return int(probe.getsockname()[1])
    raise CannotStartError("No free port was found for the payment gateway simulator.")


def _hosts(host: str) -> str:
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        names += [socket.gethostname(), *_own_addresses()]
    elif host not in names:
        names.append(f"[{host}]" if ":" in host else host)
    return ",".join(dict.fromkeys(names))


def _own_addresses() -> list[str]:
    with contextlib.suppress(OSError):
        return socket.gethostbyname_ex(socket.gethostname())[2]
    return []


def reachable_host(host: str) -> str:
    """The listening address as our own programs call it."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def public_host(host: str) -> str:
    """The listening address as a person types it."""
    if reachable_host(host) == "127.0.0.1" and localhost_resolves():
        return "localhost"
    return reachable_host(host)


def environment(options: argparse.Namespace, data: DataDir, embedded: Embedded) -> dict[str, str]:
    """What the parts of this portal are started with; a value the person set stays."""
    values = {
        "PORTAL_DATA_DIR": str(data.path),
        "PORTAL_STATIC_ROOT": str(data.static),
        "PORTAL_HOSTS": _hosts(options.host),
        "PORTAL_PUBLIC_URL": f"http://{public_host(options.host)}:{options.port}",
        "PYTHONUNBUFFERED": "1",
    }
    if (
        not {"PORTAL_EMAIL_BACKEND", "PORTAL_SMS_URL", "PORTAL_ZALO_URL", "PORTAL_PRODUCTION"}
        & os.environ.keys()
    ):
        values["PORTAL_NOTICES_ON_SCREEN"] = "1"
    if "PORTAL_SECRET_KEY" not in os.environ:
        values["PORTAL_SECRET_KEY_FILE"] = str(data.secret("secret-key"))
    forced = {**embedded.environment(), **system.environment()}
    return {**values, **os.environ, **forced}


def _add_gateway(env: dict[str, str], options: argparse.Namespace, data: DataDir) -> parts.Part | None:
    """The simulator and the addresses that lead to it, unless a gateway is configured."""
    if env.get("VNPAY_PAY_URL"):
        return None
    remembered = data.remembered("gateway-port")
    port = free_port(options.host, int(remembered) if remembered else options.port + 1)
    data.remember("gateway-port", str(port))
    secret = data.secret("gateway-secret").read_text(encoding="ascii")
    env |= {
        "VNPAY_PAY_URL": f"http://{public_host(options.host)}:{port}/paymentv2/vpcpay.html",
        "VNPAY_API_URL": f"http://{reachable_host(options.host)}:{port}/merchant_webapi/api/transaction",
        "VNPAY_TMN_CODE": _TERMINAL,
        "VNPAY_SECRET": secret,
        "VNPAY_REPORT_URL": f"http://{reachable_host(options.host)}:{port}/danh-sach?provider=vnpay",
        "NATIONAL_PAY_REPORT_URL": f"http://{reachable_host(options.host)}:{port}/danh-sach?provider=national",
        "NATIONAL_PAY_URL": f"http://{public_host(options.host)}:{port}/quoc-gia/api",
        "NATIONAL_PAY_PARTNER": _PARTNER,
        "NATIONAL_PAY_SECRET": data.secret("national-pay-secret").read_text(encoding="ascii"),
    }
    here = f"http://{reachable_host(options.host)}:{options.port}"
    national = ["--national-partner", _PARTNER, "--national-notice-url", f"{here}{NATIONAL_PATH}"]
    national += ["--national-return-url", f"{env['PORTAL_PUBLIC_URL']}{NATIONAL_RETURN_PATH}"]
    return parts.gateway(
        data,
        env,
        host=options.host,
        port=port,
        terminal=_TERMINAL,
        ipn_url=f"{here}{IPN_PATH}",
        more=national,
    )


def ask_reset(data_dir: Path, *, yes: bool) -> None:
    """Raises CannotStartError unless the person agrees to lose the data."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise CannotStartError("--reset asks a question: run it in a terminal, or add --yes.")
    answer = input(f"Delete the database, files and logs in {data_dir}? Type yes: ")
    if answer.strip().lower() != "yes":
        raise CannotStartError("Nothing was deleted.")


def command(options: argparse.Namespace, _rest: list[str]) -> None:
    """`python -m portal.runtime up`."""
    Up(options).run()


class Up:
    """One run of the portal."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._began = time.monotonic()
        self._signals = Signals()
        self._console = Console(highlight=False)

    def run(self) -> None:
        """Start, serve until asked to stop, stop."""
        options = self._options
        with self._signals:
            try:
                self._check(options)
                data = DataDir.open(options.data_dir)
                lock = take_lock(data.path)
                if options.reset:
                    self._reset(data)
                self._serve(data, lock)
            except StopAskedError:
                self._say("stopped")

    def _check(self, options: argparse.Namespace) -> None:
        check_port(options.host, options.port)
        check_shared_memory()
        if options.reset:
            ask_reset(options.data_dir, yes=options.yes)
        if not options.without_pdf:
            try:
                system.ensure_pdf(apt=not options.no_apt, say=self._say)
            except CannotStartError as error:
                raise CannotStartError(f"{error} (or start with --without-pdf)") from error

    def _reset(self, data: DataDir) -> None:
        if "DATABASE_URL" in os.environ:
            raise CannotStartError(
                "--reset deletes only the portal's own servers: DATABASE_URL names another; unset it."
            )
        data.reset(account.choose(PROJECT))
        self._say(f"deleted the data in {data.path}")

    def _serve(self, data: DataDir, lock: int) -> None:
        embedded = Embedded(
            data.path,
            database="DATABASE_URL" not in os.environ,
            broker="REDIS_URL" not in os.environ,
            lock=lock,
        )
        supervisor = Supervisor(self._say)
        demo: subprocess.Popen[bytes] | None = None
        try:
            embedded.start()
            self._adopt(supervisor, embedded)
            env = environment(self._options, data, embedded)
            simulator = _add_gateway(env, self._options, data)
            data.keep_environment(env, embedded=tuple(embedded.environment()))
            self._prepare(env)
            for part in self._parts(data, env, simulator):
                supervisor.start(part)
            self._wait_until_healthy(supervisor, data)
            banner.show(
                self._console,
                url=env["PORTAL_PUBLIC_URL"],
                logs=data.logs,
                accounts=data.accounts_file,
                began=self._began,
            )
            demo = self._begin_demo_month(env)
            supervisor.watch_for_ever()
        except StopAskedError:
            self._say("stopping")
            raise
        finally:
            self._signals.ignore()
            _end_quietly(demo)
            supervisor.end()
            embedded.stop()
            supervisor.close()

    @staticmethod
    def _adopt(supervisor: Supervisor, embedded: Embedded) -> None:
        for server in (embedded.postgres, embedded.valkey):
            if server is not None:
                part = parts.server(server.name, server.log, server.launch)
                part.child = server.child
                supervisor.adopt(part)

    def _parts(
        self, data: DataDir, env: dict[str, str], simulator: parts.Part | None
    ) -> Iterator[parts.Part]:
        options = self._options
        if simulator is not None:
            yield simulator
        yield parts.web(
            data, env, host=options.host, port=options.port, workers=options.workers, threads=options.threads
        )
        yield parts.worker(data, env, processes=_WORKER_PROCESSES)
        yield parts.beat(data, env)

    def _prepare(self, env: dict[str, str]) -> None:
        """Migrations and data in one process; its progress goes straight to the terminal."""
        self._console.file.flush()
        demo = ["--no-demo"] if self._options.no_demo else []
        command = [sys.executable, "-m", "portal.runtime.prepare", *demo]
        if code := run_to_end(
            spawn(command, log=sys.stdout.fileno(), env={"PORTAL_LOG_LEVEL": "WARNING", **env}, cwd=PROJECT)
        ):
            raise CannotStartError(
                f"The database could not be prepared (exit code {code}): see the lines above."
            )

    def _begin_demo_month(self, env: dict[str, str]) -> "subprocess.Popen[bytes] | None":
        """The demo dossiers are made while the portal serves already; progress goes to the terminal."""
        if self._options.no_demo:
            return None
        command = [sys.executable, "-m", "portal.runtime.prepare", "--demo-month"]
        return spawn(
            command, log=sys.stdout.fileno(), env={"PORTAL_LOG_LEVEL": "WARNING", **env}, cwd=PROJECT
        )

    def _wait_until_healthy(self, supervisor: Supervisor, data: DataDir) -> None:
        """Until /healthz says 200: database, broker, worker and scheduler all serve."""
        url = f"http://{reachable_host(self._options.host)}:{self._options.port}/healthz"
        deadline = time.monotonic() + _HEALTH_SECONDS
        state = "no answer"
        while time.monotonic() < deadline:
            supervisor.look()
            if part := supervisor.hopeless():
                raise CannotStartError(
                    f"The part {part.name} does not stay up; its log ends with\n{tail(part.log)}"
                )
            healthy, state = _ask_health(url)
            if healthy:
                return
            time.sleep(0.2)
        logs = "\n".join(
            f"{name}: {tail(data.logs / f'{name}.log', 5)}" for name in ("web", "worker", "beat")
        )
        raise CannotStartError(
            f"The portal did not become healthy in {_HEALTH_SECONDS:.0f} s ({state}).\n{logs}"
        )

    def _say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False, soft_wrap=True)


def _end_quietly(child: "subprocess.Popen[bytes] | None") -> None:
    """End a helper that may have ended already."""
    if child is not None and child.poll() is None:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait()


def _ask_health(url: str) -> tuple[bool, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return answer.status == 200, "200"
    except urllib.error.HTTPError as error:
        return False, f"{error.code} {_short(error.read())}"
    except OSError as error:
        return False, str(error)


def _short(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)[:300]
    except ValueError:
        return ""
