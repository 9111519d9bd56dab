"""The byte budget: what a first visit transfers, gzipped."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

KB = 1024


def packed(path: str) -> int:
    """Bytes of a static file as sent with gzip."""
    found = finders.find(path)
    assert found, path
    return len(gzip.compress(Path(found).read_bytes(), 9))


def test_styles_and_scripts_stay_small() -> None:
    assert packed("css/portal.css") <= 12 * KB
    assert packed("css/desk.css") <= 6 * KB
    assert packed("css/queue.css") <= 2 * KB
    assert packed("js/portal.js") <= 5 * KB
    assert packed("js/portal.js") + packed("django_htmx/htmx-2.min.js") <= 23 * KB
    assert packed("js/counter.js") <= 2.5 * KB  # the keys of the counter's pages, for officers only


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/thiet-ke/", "/tai-khoan/dang-nhap/", "/tai-khoan/dang-ky/"])
def test_a_first_visit_fits_the_budget(client: Client, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 200
    body = page.content.decode()
    parts = re.findall(r'<(?:link rel="(?:icon|stylesheet)" href|script src|img src)="([^"]+)"', body)
    names = [part.removeprefix(f"/{settings.STATIC_URL.strip('/')}/") for part in parts]
    assert len(names) + 1 <= 5, names
    assert "js/counter.js" not in map(_plain, names)
    total = len(gzip.compress(page.content, 6)) + sum(packed(_plain(name)) for name in names)
    assert total <= 40 * KB, total


def _plain(name: str) -> str:
    """The name of a static file without the hash of the manifest."""
    return re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", name)


def test_pages_load_nothing_from_elsewhere() -> None:
    sheets: list[Any] = [*Path(settings.BASE_DIR, "static/css").glob("*.css")]
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert "@import" not in text
        assert "@font-face" not in text
        assert not re.search(r"url\((?![\"']?data:)", text)
