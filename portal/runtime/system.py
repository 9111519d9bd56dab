"""What comes from the operating system: the libraries that draw PDFs, and a browser for the tests.

Root on Debian or Ubuntu gets the packages installed; an ordinary user gets them unpacked into `.venv/system`
where apt allows it. Neither happens with `--no-apt`.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT

PDF_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
BROWSER_PACKAGES = ("chromium", "libatomic1")
_PDF_LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BORROWED = PROJECT / ".venv" / "system"

Say = Callable[[str], None]


def _borrowed_libraries() -> list[Path]:
    """Library folders below `.venv/system`, with the private ones some packages keep (PulseAudio)."""
    main = [path for root in ("lib", "usr/lib") for path in sorted((BORROWED / root).glob("*-linux-*"))]
    private = sorted({library.parent for path in main for library in path.glob("*/lib*.so*")})
    return main + private


def environment() -> dict[str, str]:
    """Variables that let child processes find what was unpacked into `.venv/system`."""
    folders = _borrowed_libraries()
    if not folders:
        return {}
    earlier = os.environ.get("LD_LIBRARY_PATH", "")
    parts = [str(path) for path in folders]
    parts += [part for part in earlier.split(":") if part and part not in parts]
    values = {"LD_LIBRARY_PATH": ":".join(parts)}
    fonts = BORROWED / "fonts.conf"
    if fonts.exists():
        values["FONTCONFIG_FILE"] = str(fonts)
    return values


def _loads(library: str) -> bool:
    places = [library, *(str(folder / library) for folder in _borrowed_libraries())]
    for place in places:
        try:
            ctypes.CDLL(place)
        except OSError:
            continue
        return True
    return False


def missing_pdf_libraries() -> list[str]:
    """Names of the shared libraries WeasyPrint needs and that do not load."""
    if sys.platform == "linux":
        # Asked in a clean process: what lies in `.venv/system` is found by LD_LIBRARY_PATH at its start.
        return [] if _child_loads(_PDF_LIBRARIES) else [name for name in _PDF_LIBRARIES if not _loads(name)]
    return [] if _runs([sys.executable, "-c", "import weasyprint"]) else ["Pango"]


def _child_loads(libraries: Sequence[str]) -> bool:
    code = "import ctypes, sys\nfor name in sys.argv[1:]: ctypes.CDLL(name)"
    return _runs([sys.executable, "-S", "-c", code, *libraries])


def _runs(command: Sequence[str | Path]) -> bool:
    merged = {**os.environ, **environment()}
    try:
        done = subprocess.run(  # noqa: S603
            [str(part) for part in command], capture_output=True, env=merged, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def find_chromium() -> Path | None:
    """A Chromium for the browser tests: $PORTAL_CHROMIUM, PATH, `.venv/system`, then Playwright's own."""
    if named := os.environ.get("PORTAL_CHROMIUM"):
        return Path(named) if os.access(named, os.X_OK) else None
    for name in _BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    caches = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    kept = [BORROWED / "usr/lib/chromium/chromium", *sorted(caches.glob("chromium-*/chrome-linux*/chrome"))]
    return next((path for path in kept if os.access(path, os.X_OK)), None)


def playwright_driver_runs() -> bool:
    """Playwright brings its own Node, which needs libatomic on a minimal Debian."""
    from importlib.util import find_spec

    spec = find_spec("playwright")
    if spec is None or spec.origin is None:
        return False
    return _runs([Path(spec.origin).parent / "driver" / "node", "--version"])


def apt_line(packages: Sequence[str]) -> str:
    """The command a person types to install the packages."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"


def provide(packages: Sequence[str], *, purpose: str, apt: bool, say: Say) -> None:
    """Install the packages (root) or unpack them into `.venv/system` (anybody); raises CannotStartError."""
    wanted = CannotStartError(f"{purpose} needs packages of the system: {apt_line(packages)}")
    if not apt or not shutil.which("apt-get"):
        raise wanted
    say(f"{purpose} needs {' '.join(packages)}: fetching with apt")
    done = _install(packages) if os.geteuid() == 0 else _borrow(packages)
    if not done:
        raise wanted


def _quietly(*command: str | Path, env: dict[str, str] | None = None) -> bool:
    merged = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", **(env or {})}
    done = subprocess.run(  # noqa: S603
        [str(part) for part in command], capture_output=True, text=True, env=merged, check=False
    )
    if done.returncode:
        print(done.stderr.strip()[-1500:], file=sys.stderr)
    return done.returncode == 0


def _install(packages: Sequence[str]) -> bool:
    return _quietly("apt-get", "update", "-qq") and _quietly(
        "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages
    )


def _borrow(packages: Sequence[str]) -> bool:
    """As an ordinary user: download the packages the machine lacks and unpack them, touching nothing else."""
    state, cache = BORROWED / "apt" / "state", BORROWED / "apt" / "cache"
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (cache / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State": str(state),
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": str(cache),
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "",
    }
    options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    fetch = ["install", "-y", "-qq", "--no-install-recommends", "--download-only", *packages]
    if not (_quietly("apt-get", *options, "update", "-qq") and _quietly("apt-get", *options, *fetch)):
        return False
    archives = sorted((cache / "archives").glob("*.deb"))
    if not all(_quietly("dpkg-deb", "-x", archive, BORROWED) for archive in archives):
        return False
    _write_font_configuration()
    shutil.rmtree(BORROWED / "apt")
    return bool(archives)


def _write_font_configuration() -> None:
    """fontconfig-config's own file points below /etc and /usr, where these files are not."""
    (BORROWED / "fonts.conf").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"  <dir>/usr/share/fonts</dir>\n  <dir>{BORROWED}/usr/share/fonts</dir>\n"
        f"  <cachedir>{BORROWED}/font-cache</cachedir>\n</fontconfig>\n",
        encoding="utf-8",
    )


def ensure_pdf(*, apt: bool, say: Say) -> None:
    """The libraries WeasyPrint loads, or CannotStartError with the line to type."""
    if missing_pdf_libraries():
        provide(PDF_PACKAGES, purpose="Making PDFs", apt=apt, say=say)
    if missing := missing_pdf_libraries():
        raise CannotStartError(f"Making PDFs needs {', '.join(missing)}: {apt_line(PDF_PACKAGES)}")


def ensure_browser(*, apt: bool, say: Say) -> Path | None:
    """A Chromium that Playwright can drive, installed where that is possible; None when there is none."""
    if find_chromium() is None or not playwright_driver_runs():
        try:
            provide(BROWSER_PACKAGES, purpose="Testing in a browser", apt=apt, say=say)
        except CannotStartError as error:
            say(str(error))
    return find_chromium() if playwright_driver_runs() else None
