"""What a page offers opens: every link within a few steps of where a role starts leads somewhere it may go."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.landing import landing_page
from portal.outbox.actions import drain_all
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db

OFFICE = ["counter", "specialist", "head", "leader", "clerk", "cashier"]
CITY = ["monitor", "catalogue", "publisher", "system"]
OPEN = ["citizen", "organisation"]
_LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
STEPS = 3  # links followed one after the other


@pytest.mark.parametrize("role", [*OFFICE, *CITY, *OPEN])
def test_every_link_a_role_is_offered_opens(role: str, cast: Cast, client: Client) -> None:
    make.filed(cast)
    make.processing_(cast)
    make.finished(cast)
    drain_all()
    user = getattr(cast.office, role, None) or getattr(cast, role)
    client.force_login(user)
    starts = [landing_page(user), "/", reverse("procedures:detail", args=[make.BIRTH]), "/su-kien/sinh-con/"]
    seen: dict[str, str] = {}
    refused: list[str] = []
    for _step in range(STEPS):
        starts = _walk(client, starts, seen, refused)
    assert len(seen) > 20
    assert not refused, refused


def _walk(client: Client, addresses: list[str], seen: dict[str, str], refused: list[str]) -> list[str]:
    """Open each address once by its shape; what its page links to."""
    found: list[str] = []
    for address in addresses:
        shape = re.sub(r"\d+", "N", address.split("?")[0])
        if shape in seen:
            continue
        seen[shape] = address
        answer = client.get(address)
        if answer.status_code >= 400:
            refused.append(f"{answer.status_code} {address}")
        elif not answer.streaming and "html" in answer.get("Content-Type", ""):
            found += [unescape(link) for link in _LINK.findall(answer.content.decode())]
    return list(dict.fromkeys(found))
