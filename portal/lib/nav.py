"""The registry of navigation items: each app adds its own in `AppConfig.ready()`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.functional import Promise

    from portal.accounts.models import User
    from portal.accounts.permissions import Permission


class Audience(Enum):
    """Who an item is for."""

    EVERYONE = "everyone"  # also officers
    PUBLIC = "public"  # visitors and citizens, not officers
    CITIZEN = "citizen"  # signed in, not an officer
    OFFICER = "officer"  # staff accounts


class Group(Enum):
    """Under which heading an officer's item stands, in the order of the menu."""

    WORK = "work"
    MONEY = "money"
    FIGURES = "figures"
    SETUP = "setup"

    @property
    def label(self) -> Promise:
        """The heading."""
        return _HEADINGS[self]


_HEADINGS = {
    Group.WORK: pgettext_lazy("nav", "Hồ sơ"),
    Group.MONEY: pgettext_lazy("nav", "Thu phí, lệ phí"),
    Group.FIGURES: pgettext_lazy("nav", "Số liệu, báo cáo"),
    Group.SETUP: pgettext_lazy("nav", "Danh mục, hệ thống"),
}


@dataclass(frozen=True)
class NavItem:
    """One link: its text, the URL name it leads to, the permission it asks (about any unit), its audience.

    With several permissions any one of them is enough. `order` sorts (lower first), an officer's items inside their
    `group`. `icon` names one of the `{% icon %}` set. The item is marked current on its own page and on every page
    below its address. `count` says how much waits behind it for a person; it is asked on every full page, so it must
    cost nothing.
    """

    label: str | Promise
    url_name: str
    permission: Permission | tuple[Permission, ...] | None = None
    audience: Audience = Audience.EVERYONE
    order: int = 50
    icon: str = ""
    count: Callable[[User], int] | None = None
    group: Group = Group.WORK


def for_officers(
    group: Group,
    *rows: tuple[str | Promise, str, Permission | tuple[Permission, ...] | None, int, str],
) -> tuple[NavItem, ...]:
    """Officers' items under one heading, a line each: label, URL name, permission, order, icon."""
    return tuple(
        NavItem(label, url_name, permission, Audience.OFFICER, order, icon, group=group)
        for label, url_name, permission, order, icon in rows
    )


_items: dict[str, NavItem] = {}


def register(*items: NavItem) -> None:
    """Add items; one per URL name, a second registration replaces the first."""
    for item in items:
        _items[item.url_name] = item


def items_for(*audiences: Audience) -> list[NavItem]:
    """The registered items of these audiences, in order."""
    return sorted(
        (item for item in _items.values() if item.audience in audiences), key=lambda item: item.order
    )
