"""Who may do what where. `check_…` raises, `can_…` wraps it; lists use `units_with`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.models import Membership, Unit, User
from portal.accounts.permissions import ROLES, Permission, Role, roles_with

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def posts_of(user: User | AnonymousUser, day: datetime.date | None = None) -> list[Membership]:
    """The posts `user` holds on `day` (today), with their units; read once per user object and day."""
    if not isinstance(user, User) or not user.is_active:
        return []
    day = day or timezone.localdate()
    cache: dict[datetime.date, list[Membership]] = user.__dict__.setdefault("_posts", {})
    if day not in cache:
        cache[day] = list(user.memberships.on(day).select_related("unit").order_by("pk"))
    return cache[day]


def units_with(user: User | AnonymousUser, permission: Permission) -> QuerySet[Unit]:
    """Units about which `user` holds `permission`: the unit of the post, and those below for city-wide roles."""
    keys = unit_ids_with(user, permission)
    return Unit.objects.all() if keys is None else Unit.objects.filter(pk__in=keys)


def unit_ids_with(user: User | AnonymousUser, permission: Permission) -> frozenset[int] | None:
    """The keys of `units_with`, None meaning every unit; no query but for roles above a part of the tree.

    Lists filter by these literal keys: PostgreSQL then plans for the few units of a post, not for all of them.
    """
    posts = [post for post in posts_of(user) if post.role in roles_with(permission)]
    if any(ROLES[Role(post.role)].whole_tree and post.unit.parent_id is None for post in posts):
        return None
    own = {post.unit_id for post in posts}
    above = {post.unit_id for post in posts if ROLES[Role(post.role)].whole_tree}
    return frozenset(own | _below(above))


def officers_with(permission: Permission, unit_id: int) -> list[User]:
    """The officers who hold `permission` by a post in this very unit today, by key; one query."""
    posts = Membership.objects.on(timezone.localdate()).filter(unit=unit_id, role__in=roles_with(permission))
    return list(User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("pk"))


def _below(roots: set[int]) -> set[int]:
    """Every unit under `roots`, level by level (the tree has four levels)."""
    found: set[int] = set()
    level = roots
    while level:
        level = set(Unit.objects.filter(parent__in=level).values_list("pk", flat=True)) - found
        found |= level
    return found


def can(user: User | AnonymousUser, permission: Permission, unit: Unit | int | None) -> bool:
    """Whether `user` holds `permission` about `unit` (an object or its key) today."""
    if unit is None:
        return False
    key = unit if isinstance(unit, int) else unit.pk
    posts = [post for post in posts_of(user) if post.role in roles_with(permission)]
    if any(post.unit_id == key for post in posts):
        return True
    return any(ROLES[Role(post.role)].whole_tree for post in posts) and (
        units_with(user, permission).filter(pk=key).exists()
    )


def can_somewhere(user: User | AnonymousUser, permission: Permission) -> bool:
    """Whether `user` holds `permission` about any unit; costs no query once the posts are read."""
    return any(permission in ROLES[Role(post.role)].permissions for post in posts_of(user))


def check(user: User | AnonymousUser, permission: Permission, unit: Unit | int | None) -> None:
    """Raise PermissionDenied (403) unless `user` holds `permission` about `unit`."""
    if not can(user, permission, unit):
        raise PermissionDenied(f"{permission.value} denied")
