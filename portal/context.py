"""What every page's frame shows: navigation, language, who is signed in. Costs nothing on partial answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from portal.accounts.access import can_somewhere, posts_of
from portal.accounts.landing import landing_page
from portal.accounts.permissions import Permission
from portal.lib.nav import Audience, Group, NavItem, items_for

if TYPE_CHECKING:
    from portal.accounts.models import Membership, User


@dataclass(frozen=True)
class Link:
    """A navigation link ready to print."""

    label: str
    url: str
    current: bool
    icon: str
    count: int = 0


@dataclass(frozen=True)
class Section:
    """Links of the side bar under one heading."""

    label: str
    links: list[Link]


class Chrome:
    """The frame of a page, worked out only when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        """The signed-in person, or None."""
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def is_officer(self) -> bool:
        """Whether a staff account is signed in."""
        return bool(self.user and self.user.is_officer)

    @property
    def user_label(self) -> str:
        """The name shown in the header; empty for a visitor."""
        return self.user.display_name if self.user else ""

    @cached_property
    def posts(self) -> list[Membership]:
        """Today's posts of the officer (one query, shared with the permission checks)."""
        return posts_of(self.user) if self.user and self.is_officer else []

    @property
    def unit(self) -> str:
        """The units the officer works in today, empty for everybody else."""
        return " · ".join(dict.fromkeys(post.unit.full_name for post in self.posts))

    @property
    def language(self) -> str:
        """The language of this page: vi or en."""
        return get_language() or settings.LANGUAGE_CODE

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Every language with its own name."""
        return list(settings.LANGUAGES)

    @property
    def here(self) -> str:
        """The address of this page, to come back to after switching the language or signing in."""
        return self._request.get_full_path()

    @cached_property
    def nav(self) -> list[Link]:
        """Links of the top bar: those of the public pages, or the common ones for an officer."""
        if self.is_officer:
            return self._links(self._allowed(items_for(Audience.EVERYONE)))
        audiences = [Audience.EVERYONE, Audience.PUBLIC] + ([Audience.CITIZEN] if self.user else [])
        return self._links(self._allowed(items_for(*audiences)))

    def _allowed(self, items: list[NavItem]) -> list[NavItem]:
        return [item for item in items if self._allows(item)]

    @property
    def nav_here(self) -> str:
        """The name of the page of the top bar one stands on or below; empty elsewhere."""
        return next((link.label for link in self.nav if link.current), "")

    @cached_property
    def desk_nav(self) -> list[Section]:
        """The officer's side bar, by permission; empty for everybody else."""
        items = self._allowed(items_for(Audience.OFFICER)) if self.is_officer else []
        found = list(zip(items, self._links(items), strict=True))
        sections = [
            Section(str(group.label), [link for item, link in found if item.group is group])
            for group in Group
        ]
        return [section for section in sections if section.links]

    @property
    def desk_url(self) -> str:
        """Where an officer's work begins, to come back to from the public pages; empty for everybody else."""
        found = landing_page(self.user) if self.user and self.is_officer else "/"
        return found if found != "/" else ""

    @property
    def receives(self) -> bool:
        """Whether the officer takes dossiers at a counter: public pages lead him there, not to the citizens' form."""
        return bool(self.user and self.is_officer and can_somewhere(self.user, Permission.RECEIVE))

    @property
    def desk_here(self) -> str:
        """The name of the officer's page one stands on or below; empty elsewhere."""
        links = (link for section in self.desk_nav for link in section.links)
        return next((link.label for link in links if link.current), "")

    def _links(self, items: list[NavItem]) -> list[Link]:
        """Links with the one the visitor stands on marked: the longest address that leads here."""
        addresses = {item.url_name: reverse(item.url_name) for item in items}
        path = self._request.path
        leading = [url for url in addresses.values() if url == path or (url != "/" and path.startswith(url))]
        current = max(leading, key=len, default="")
        return [
            Link(
                str(item.label),
                addresses[item.url_name],
                addresses[item.url_name] == current,
                item.icon,
                self._count(item),
            )
            for item in items
        ]

    def _count(self, item: NavItem) -> int:
        return item.count(self.user) if item.count and self.user else 0

    def _allows(self, item: NavItem) -> bool:
        if item.permission is None:
            return True
        wanted = item.permission if isinstance(item.permission, tuple) else (item.permission,)
        return bool(self.user and any(can_somewhere(self.user, permission) for permission in wanted))


def chrome(request: HttpRequest) -> dict[str, Chrome]:
    """Adds `chrome`; no query for a visitor, at most one (the posts) for an officer."""
    return {"chrome": Chrome(request)}
