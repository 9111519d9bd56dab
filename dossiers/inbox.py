"""What lies in an officer's inbox: one tab per kind of work, each the work of a permission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dossiers.querysets import DossierQuerySet
from dossiers.states import State
from portal.accounts.access import can_somewhere, units_with
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class Tab:
    """One kind of work; `mine` narrows the visible dossiers to it, `needs` hides the tab from others."""

    code: str
    label: str | Promise
    empty: str | Promise
    mine: Callable[[User], Q]
    needs: Permission = Permission.SEE_DOSSIERS


def _received(user: User, state: State) -> Q:
    return Q(state=state, receiving_unit__in=units_with(user, Permission.RECEIVE).values("pk"))


def _handled(user: User, permission: Permission, state: State) -> Q:
    return Q(state=state, competent_unit__in=units_with(user, permission).values("pk"))


def _unassigned(user: User) -> Q:
    found = Q(pk__in=[])
    for permission in (Permission.ASSIGN, Permission.RECEIVE, Permission.PROCESS):
        if can_somewhere(user, permission):
            found |= _handled(user, permission, State.ACCEPTED)
    return found


def _late(_user: User) -> Q:
    paused = [State.SUPPLEMENT, State.OBLIGATION]
    running = Q(finished_at=None, closed_at=None, clock_paused=False) & ~Q(state__in=paused)
    late = running & Q(due_at__lt=clock.now())
    return late | Q(state=State.FILED, accept_by__lt=clock.now())


def _step_late(_user: User) -> Q:
    return Q(closed_at=None, step_due_at__lt=clock.now())


TABS: tuple[Tab, ...] = (
    Tab(
        "intake",
        _("Chờ tiếp nhận"),
        _("Không có hồ sơ nào chờ tiếp nhận."),
        lambda user: _received(user, State.FILED),
        Permission.RECEIVE,
    ),
    Tab("assign", _("Chờ phân công"), _("Không có hồ sơ nào chờ phân công."), _unassigned),
    Tab(
        "mine",
        _("Tôi đang thụ lý"),
        _("Bạn không có hồ sơ nào đang thụ lý."),
        lambda user: Q(state=State.PROCESSING, assignee=user),
        Permission.PROCESS,
    ),
    Tab(
        "check",
        _("Chờ kiểm tra"),
        _("Không có dự thảo nào chờ kiểm tra."),
        lambda user: _handled(user, Permission.ASSIGN, State.CHECKING),
        Permission.ASSIGN,
    ),
    Tab(
        "sign",
        _("Chờ ký"),
        _("Không có hồ sơ nào trình ký."),
        lambda user: _handled(user, Permission.SIGN, State.SIGNING),
        Permission.SIGN,
    ),
    Tab(
        "issue",
        _("Chờ phát hành"),
        _("Không có kết quả nào chờ cấp số."),
        lambda user: _handled(user, Permission.ISSUE, State.SIGNED),
        Permission.ISSUE,
    ),
    Tab(
        "return",
        _("Chờ trả kết quả"),
        _("Không có kết quả nào chờ trả."),
        lambda user: _received(user, State.FINISHED),
        Permission.RECEIVE,
    ),
    Tab(
        "waiting",
        _("Chờ người nộp"),
        _("Không có hồ sơ nào chờ người nộp."),
        lambda _user: Q(state__in=[State.SUPPLEMENT, State.OBLIGATION]),
    ),
    Tab("late", _("Quá hạn"), _("Không có hồ sơ nào quá hạn."), _late),
    Tab("step-late", _("Quá hạn bước"), _("Không có bước nào quá thời gian."), _step_late),
    Tab("all", _("Tất cả"), _("Không tìm thấy hồ sơ nào."), lambda _user: Q()),
)


def tabs_for(user: User) -> list[Tab]:
    """The tabs whose work `user` may do anywhere."""
    return [
        tab for tab in TABS if can_somewhere(user, tab.needs) and (tab.code != "assign" or _hands_on(user))
    ]


def _hands_on(user: User) -> bool:
    work = (Permission.ASSIGN, Permission.RECEIVE, Permission.PROCESS)
    return any(can_somewhere(user, permission) for permission in work)


def counts(dossiers: DossierQuerySet, user: User, tabs: list[Tab]) -> dict[str, int]:
    """How many dossiers each tab holds (but the last, which is everything); one query."""
    asked = {tab.code: Count("pk", filter=tab.mine(user)) for tab in tabs if tab.code != "all"}
    return dossiers.filter(closed_at=None).aggregate(**asked) if asked else {}


def first_tab(tabs: list[Tab], numbers: dict[str, int]) -> str:
    """The first tab with work in it, else the first."""
    return next((tab.code for tab in tabs if numbers.get(tab.code)), tabs[0].code if tabs else "all")
