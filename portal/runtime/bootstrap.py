"""The first step of bin/run and bin/test, before anything is installed: standard library only.

Makes `.venv` from a lock file, then becomes `python -m portal.runtime …` inside it. The test lock contains
the run lock, so both commands share one environment and neither takes away what the other installed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
VENV = PROJECT / ".venv"
RUN_LOCK = PROJECT / "requirements.lock"
TEST_LOCK = PROJECT / "requirements-test.lock"
_INSIDE = VENV / "bin" / "python"


def fail(sentence: str) -> None:
    """Print the one sentence and end."""
    sys.exit(f"portal: {sentence}")


def say(sentence: str) -> None:
    """One line about a step that takes time."""
    print(f"portal: {sentence}", file=sys.stderr, flush=True)


def digest(lock: Path) -> str:
    """Names the content of a lock, the Python it was installed for and the place (a moved venv is broken)."""
    text = f"{lock.read_text(encoding='utf-8')}\n{sys.version_info[:2]}\n{PROJECT}"
    return hashlib.sha256(text.encode()).hexdigest()


def stamp(lock: Path) -> Path:
    """The file that remembers which content of this lock is installed."""
    return VENV / f".{lock.stem}.installed"


def installed(lock: Path) -> bool:
    """Is exactly this lock in the environment?"""
    mark = stamp(lock)
    return mark.exists() and mark.read_text(encoding="ascii") == digest(lock) and _INSIDE.exists()


def wanted(lock: Path) -> Path:
    """The lock to install: the test lock once it was asked for, else the one asked for."""
    return TEST_LOCK if stamp(TEST_LOCK).exists() else lock


def command(*arguments: "str | Path", quiet: bool = True) -> bool:
    """Run one command of the set-up; its output is shown when it fails."""
    done = subprocess.run(  # noqa: S603
        [str(part) for part in arguments],
        check=False,
        capture_output=quiet,
        text=True,
        stdin=subprocess.DEVNULL,
        env=_environment(),
    )
    if done.returncode and quiet:
        print(f"{done.stdout}{done.stderr}".strip()[-2000:], file=sys.stderr)
    return done.returncode == 0


def _environment() -> "dict[str, str]":
    """uv must be told to trust the system's certificates where pip was told to."""
    values = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    if any(name in values for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "PIP_CERT")):
        values.setdefault("UV_SYSTEM_CERTS", "1")
    return values


def ensure_venv() -> None:
    """A working virtual environment; as root on Debian or Ubuntu its package is installed when missing."""
    if _INSIDE.exists() and command(
        _INSIDE, "-c", "import pip, sys; assert sys.version_info[:2] == " + _version()
    ):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not command(sys.executable, "-c", "import ensurepip, venv"):
        if os.geteuid() != 0 or not shutil.which("apt-get") or "--no-apt" in sys.argv:
            fail(
                f"Python has no venv module: install the package {package} (sudo apt-get install {package})."
            )
        say(f"installing the package {package}")
        if not (command("apt-get", "update") and command("apt-get", "install", "-y", package)):
            fail(f"the package {package} could not be installed: install it, then start again.")
    say("creating .venv")
    if not command(sys.executable, "-m", "venv", "--clear", VENV):
        fail(f"no virtual environment could be made in {VENV}: see the lines above.")


def _version() -> str:
    return repr(tuple(sys.version_info[:2]))


def install(lock: Path) -> None:
    """Make the environment match the lock: uv where it can be had, else pip."""
    say(f"installing the packages of {lock.name}")
    tools = VENV / "tools"
    uv = tools / "bin" / "uv"
    if not uv.exists():
        command(_INSIDE, "-m", "pip", "install", "--quiet", "--target", tools, "uv")
    if uv.exists() and command(
        uv, "pip", "sync", "--quiet", "--python", _INSIDE, "--require-hashes", "--no-config", lock
    ):
        return
    say("uv could not do it; trying with pip, which takes longer")
    if not command(_INSIDE, "-m", "pip", "install", "--require-hashes", "-r", lock, quiet=False):
        fail(f"the packages of {lock.name} could not be installed: is a package index reachable?")


def prepare(lock: Path) -> None:
    """Bring `.venv` up to date for this lock, one process at a time."""
    if installed(lock):
        return
    try:
        VENV.mkdir(exist_ok=True)
        handle = (PROJECT / ".venv.lock").open("w")
    except OSError as error:
        fail(f"{PROJECT} cannot be written: {error.strerror}; start as the owner of that directory.")
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if installed(lock):
            return
        ensure_venv()
        chosen = wanted(lock)
        install(chosen)
        for done in {lock, chosen}:
            stamp(done).write_text(digest(done), encoding="ascii")


def main() -> None:
    """`bootstrap.py run|manage|test|check …`: prepare, then hand over to `python -m portal.runtime`."""
    which, arguments = sys.argv[1], sys.argv[2:]
    prepare(RUN_LOCK if which in {"run", "manage"} else TEST_LOCK)
    os.environ.setdefault("PORTAL_CALLED_FROM", str(Path.cwd()))
    os.chdir(PROJECT)
    verb = {"run": "up"}.get(which, which)
    os.execv(_INSIDE, [str(_INSIDE), "-m", "portal.runtime", verb, *arguments])  # noqa: S606


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
