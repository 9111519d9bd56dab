"""Readers for the environment. A value `<NAME>_FILE` names a file that holds it (secrets by file)."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


def text(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file named by `<name>_FILE`, or `default`."""
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """True for 1/true/yes/on, in any case; raises ValueError for anything else that is not empty."""
    value = text(name).strip().lower()
    if value in {"", "0", "1", "true", "false", "yes", "no", "on", "off"}:
        return default if value == "" else value in {"1", "true", "yes", "on"}
    raise ValueError(f"{name} must be a yes/no value, got {value!r}")


def number(name: str, default: int) -> int:
    """An integer; raises ValueError naming the variable when it is not one."""
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ValueError(f"{name} must be a whole number, got {value!r}") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def celery_broker(url: str) -> str:
    """The same Redis address as Celery writes it: a unix socket has another scheme there."""
    if not url.startswith("unix://"):
        return url
    parts = urlsplit(url)
    number = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={number}"


def database(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a postgresql:// URL.

    A socket directory is given as `?host=/dir`. Raises ValueError for any other engine: the portal
    relies on row locks, partial indexes and triggers of PostgreSQL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must start with postgresql://")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "portal",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(options.pop("port", None) or parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        # A page gives up its lock wait and its statement long before the person gives up; jit never pays here.
        "OPTIONS": {"options": "-c lock_timeout=5s -c statement_timeout=60s -c jit=off", **options},
    }
