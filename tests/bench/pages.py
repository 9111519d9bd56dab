"""First-load bytes and queries of the main pages, over the database the environment names.

    bin/manage shell -c "exec(open('tests/bench/pages.py').read())"

Bytes are the page's own, compressed as a phone asks for it, plus the stylesheet, script and picture it loads; queries
are counted after one warming request. Nothing is written.
"""

from __future__ import annotations

import gzip
import re
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from dossiers.models import Dossier
from portal.accounts.models import User

_PARTS = re.compile(rb'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"')


def packed(data: bytes) -> int:
    """Size as sent to a browser that accepts gzip."""
    return len(gzip.compress(data, 6))


def parts_of(html: bytes) -> dict[str, int]:
    """The static files a page loads, with their packed sizes."""
    from django.contrib.staticfiles import finders

    sizes: dict[str, int] = {}
    for address in {found.decode() for found in _PARTS.findall(html)}:
        name = re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", address.removeprefix("/static/"))
        if path := finders.find(name):
            sizes[name] = packed(open(str(path), "rb").read())  # noqa: PTH123, SIM115
    return sizes


def measure(client: Client, name: str, address: str) -> None:
    """Print one line about one page."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer: Any = client.get(address)
    parts = parts_of(answer.content)
    total = packed(answer.content) + sum(parts.values())
    print(
        f"{name:34} {answer.status_code} {len(queries):3} queries"
        f" {packed(answer.content) / 1024:6.1f} KB page {total / 1024:6.1f} KB in {1 + len(parts)} requests"
    )


def run() -> None:
    """Measure as a visitor, a citizen, a counter officer and the city's monitor."""
    dossier = (
        Dossier.objects.filter(receiving_unit__code="00004").order_by("-pk").first()
        or Dossier.objects.first()
    )
    visitor, citizen, counter, monitor = Client(), Client(), Client(), Client()
    citizen.force_login(User.objects.get(username="001190000018"))
    counter.force_login(User.objects.get(username="badinh.motcua"))
    monitor.force_login(User.objects.get(username="giamsat"))
    measure(visitor, "home", "/")
    measure(visitor, "procedure list", "/thu-tuc/")
    measure(visitor, "search", "/thu-tuc/?q=khai+sinh")
    measure(visitor, "procedure", "/thu-tuc/1.001193/")
    measure(visitor, "sign in", "/tai-khoan/dang-nhap/")
    measure(citizen, "start of a filing", "/ho-so/nop/1.001193/")
    measure(citizen, "my dossiers", "/ho-so/")
    measure(counter, "inbox", "/xu-ly/?tab=all")
    if dossier is not None:
        measure(counter, "dossier at the desk", f"/xu-ly/ho-so/{dossier.code}/")
    measure(counter, "counter intake", "/xu-ly/quay/thu-tuc/2.000815/")
    measure(monitor, "city board", "/so-lieu/")


with override_settings(ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "testserver"]):
    run()
