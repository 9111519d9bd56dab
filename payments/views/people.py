"""Who is asking."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from payments.querysets import MONEY_EYES
from portal.accounts.access import can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission

MONEY = (Permission.COLLECT, Permission.APPROVE_MONEY, Permission.RUN_SYSTEM)


def person(request: HttpRequest) -> User:
    """The signed-in person; use behind `login_required`."""
    if not isinstance(request.user, User):
        raise PermissionDenied("sign in first")
    return request.user


def cashier(request: HttpRequest) -> User:
    """The signed-in cashier. Raises PermissionDenied for everybody else."""
    user = person(request)
    if not can_somewhere(user, Permission.COLLECT):
        raise PermissionDenied("cashiers only")
    return user


def money_officer(request: HttpRequest) -> User:
    """Whoever handles or approves money, or runs the system. Raises PermissionDenied for everybody else."""
    user = person(request)
    if not any(can_somewhere(user, one) for one in MONEY):
        raise PermissionDenied("not an officer of money")
    return user


def address_of(request: HttpRequest) -> str:
    """The payer's address as the gateway wants it; the portal itself decides nothing by it."""
    return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")[:45]


def money_watcher(request: HttpRequest) -> User:
    """Whoever handles, approves or watches over money. Raises PermissionDenied for everybody else."""
    user = person(request)
    if not any(can_somewhere(user, one) for one in MONEY_EYES):
        raise PermissionDenied("not a watcher of money")
    return user
