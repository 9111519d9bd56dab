"""Where a person's work begins after signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from portal.accounts.access import can_somewhere
from portal.accounts.permissions import Permission

if TYPE_CHECKING:
    from portal.accounts.models import User

# The first page whose work an officer may do anywhere.
LANDINGS: tuple[tuple[str, tuple[Permission, ...]], ...] = (
    ("dossiers:inbox", (Permission.RECEIVE, Permission.PROCESS, Permission.SIGN, Permission.ISSUE)),
    ("payments:cash-desk", (Permission.COLLECT,)),
    ("reporting:city", (Permission.SEE_FIGURES,)),
    ("procedures:drafts", (Permission.EDIT_CATALOGUE, Permission.PUBLISH_CATALOGUE)),
    ("dossiers:outgoing", (Permission.RUN_SYSTEM,)),
)


def landing_page(user: User) -> str:
    """The address one starts work from; home for an officer without a desk of his own."""
    name = "dossiers:mine"
    if user.is_officer:
        name = next(
            (page for page, needs in LANDINGS if any(can_somewhere(user, need) for need in needs)), "home"
        )
    return reverse(name)
