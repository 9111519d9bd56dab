"""What lies in an officer's inbox: one tab per kind of work, each the work of a permission.

Everything but "finished today" and "all" reads open dossiers only, through indexes that hold nothing else.
"""

from __future__ import annotations

import datetime
import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dossiers.duty import covered
from dossiers.models import BatchMove, Consultation
from dossiers.querysets import DossierQuerySet
from dossiers.states import Money, State
from portal.accounts.access import can_somewhere, posts_of, unit_ids_with
from portal.accounts.models import Membership
from portal.accounts.models.units import office_hours
from portal.accounts.permissions import Permission, roles_with
from portal.lib import clock
from portal.lib.keyset import Order
from procedures.calendar import CityCalendar, city_calendar

if TYPE_CHECKING:
    from portal.accounts.models import User

# A dossier is due soon within so many working minutes of the reader's unit: a working day.
SOON_MINUTES = 480
BY_DUE = Order("sort_at")
NEWEST = Order(descending=True)


@dataclass(frozen=True)
class Reader:
    """Who looks, when, and up to when a dossier counts as due soon; made once a request."""

    user: User
    now: datetime.datetime
    soon: datetime.datetime
    days: CityCalendar


def reader(user: User, days: CityCalendar | None = None) -> Reader:
    """The officer as his inbox sees him; one query for the calendar, none where it is given."""
    now, days = clock.now(), days or city_calendar()
    hours = next((post.unit.office_hours for post in posts_of(user)), office_hours())
    return Reader(user, now, days.of(hours).add_minutes(now, SOON_MINUTES), days)


@dataclass(frozen=True)
class Tab:
    """One kind of work; `mine` narrows the visible dossiers to it, `needs` hides the tab from others."""

    code: str
    label: str | Promise
    empty: str | Promise
    mine: Callable[[Reader], Q]
    needs: Permission = Permission.SEE_DOSSIERS
    order: Order = BY_DUE
    is_open: bool = True
    moves: tuple[str, ...] = ()  # what can be done to many of them at once
    own: bool = False  # work of the reader himself, rather than a view over the work of others


def _at(user: User, permission: Permission, column: str) -> Q:
    keys = unit_ids_with(user, permission)
    return Q() if keys is None else Q(**{f"{column}__in": keys})


def _received(who: Reader, state: State) -> Q:
    return Q(state=state) & _at(who.user, Permission.RECEIVE, "receiving_unit")


def _handled(who: Reader, permission: Permission, state: State) -> Q:
    return Q(state=state) & _at(who.user, permission, "competent_unit")


def _unassigned(who: Reader) -> Q:
    """Accepted and with nobody yet; for who assigns also those whose specialist no longer holds his post."""
    found = Q(pk__in=[])
    for permission in (Permission.ASSIGN, Permission.RECEIVE, Permission.PROCESS):
        if can_somewhere(who.user, permission):
            found |= _handled(who, permission, State.ACCEPTED)
    if can_somewhere(who.user, Permission.ASSIGN):
        found |= _handled(who, Permission.ASSIGN, State.PROCESSING) & ~Q(Exists(specialist_there()))
    return found


def _mine(who: Reader) -> Q:
    """Assigned to the reader, or to somebody he stands in for today."""
    persons = Q(assignee=who.user) | Q(assignee__in=covered(who.user).values("officer"))
    return Q(state=State.PROCESSING) & persons & _at(who.user, Permission.PROCESS, "competent_unit")


def specialist_there() -> QuerySet[Membership]:
    """The post by which a dossier's specialist may work on it today, of an active account."""
    posts = _posts(Permission.PROCESS)
    return posts.filter(user=OuterRef("assignee"), unit=OuterRef("competent_unit"))


def _posts(*permissions: Permission) -> QuerySet[Membership]:
    roles = {role for permission in permissions for role in roles_with(permission)}
    return Membership.objects.on(clock.today()).filter(role__in=sorted(roles), user__is_active=True)


def _nobody_for(column: str, *permissions: Permission) -> Q:
    return ~Q(Exists(_posts(*permissions).filter(unit=OuterRef(column))))


def _nobody(_who: Reader) -> Q:
    """Open, and no person holds the post whose turn it is: work that lies in no inbox, which must never be."""
    receiving, competent = "receiving_unit", "competent_unit"
    assigning = (Permission.ASSIGN, Permission.RECEIVE, Permission.PROCESS)
    return (
        (Q(state__in=[State.FILED, State.FINISHED]) & _nobody_for(receiving, Permission.RECEIVE))
        | (Q(state=State.ACCEPTED) & _nobody_for(competent, *assigning))
        | (Q(state=State.PROCESSING) & ~Q(Exists(specialist_there())))
        | (Q(state=State.CHECKING) & _nobody_for(competent, Permission.ASSIGN))
        | (Q(state=State.SIGNING) & _nobody_for(competent, Permission.SIGN))
        | (Q(state=State.SIGNED) & _nobody_for(competent, Permission.ISSUE))
    )


def _running() -> Q:
    """The agency's clock runs: not finished, not with the citizen, not held by law."""
    waiting = [State.SUPPLEMENT, State.OBLIGATION]
    return Q(finished_at=None, closed_at=None, clock_paused=False) & ~Q(state__in=waiting)


def _reach(who: Reader) -> Q:
    """Whose lateness concerns the reader: his own work; for who leads a unit or watches the city, all of it."""
    work = (Permission.RECEIVE, Permission.PROCESS, Permission.ISSUE)
    if can_somewhere(who.user, Permission.SEE_FIGURES) or not any(
        can_somewhere(who.user, one) for one in work
    ):
        return Q()
    return _now(who)


def _late(who: Reader) -> Q:
    late = _running() & Q(due_at__lt=who.now)
    return _reach(who) & (late | Q(state=State.FILED, accept_by__lt=who.now))


def _step_late(who: Reader) -> Q:
    return _reach(who) & Q(closed_at=None, step_due_at__lt=who.now)


def _soon(who: Reader) -> Q:
    """Within a working day by the promise, by the time to accept, or by the present step."""
    window = (who.now, who.soon)
    promise = _running() & Q(due_at__range=window)
    step = Q(finished_at=None, step_due_at__range=window)
    return _reach(who) & (promise | Q(state=State.FILED, accept_by__range=window) | step)


def asked_elsewhere() -> QuerySet[Consultation]:
    """The open question another unit has not answered yet."""
    return Consultation.objects.filter(dossier=OuterRef("pk"), answered_at=None, closed_at=None)


def _waiting(_who: Reader) -> Q:
    """For the citizen, for another unit, for money before the result may be handed over."""
    unpaid = Q(state=State.FINISHED, money__in=[Money.DUE, Money.UNKNOWN])
    return Q(state__in=[State.SUPPLEMENT, State.OBLIGATION]) | unpaid | Q(Exists(asked_elsewhere()))


def _done(who: Reader) -> Q:
    midnight = timezone.localtime(who.now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Q(finished_at__gte=midnight)


def _now(who: Reader) -> Q:
    """Everything that is the reader's turn, whatever the kind of work."""
    own = [
        tab.mine(who) for tab in TABS if tab.own and tab.code != "now" and can_somewhere(who.user, tab.needs)
    ]
    return functools.reduce(operator.or_, own, Q(pk__in=[]))


TABS: tuple[Tab, ...] = (
    Tab("now", _("Việc của tôi"), _("Bạn không có việc nào đang chờ."), _now, own=True),
    Tab(
        "intake",
        _("Chờ tiếp nhận"),
        _("Không có hồ sơ nào chờ tiếp nhận."),
        lambda who: _received(who, State.FILED),
        Permission.RECEIVE,
        moves=("accept",),
        own=True,
    ),
    Tab(
        "assign",
        _("Chờ phân công"),
        _("Không có hồ sơ nào chờ phân công."),
        _unassigned,
        moves=("share", "assign", "take"),
        own=True,
    ),
    Tab(
        "mine",
        _("Tôi đang thụ lý"),
        _("Bạn không có hồ sơ nào đang thụ lý."),
        _mine,
        Permission.PROCESS,
        moves=("submit",),
        own=True,
    ),
    Tab(
        "check",
        _("Chờ kiểm tra"),
        _("Không có dự thảo nào chờ kiểm tra."),
        lambda who: _handled(who, Permission.ASSIGN, State.CHECKING),
        Permission.ASSIGN,
        moves=("pass_check",),
        own=True,
    ),
    Tab(
        "sign",
        _("Chờ ký"),
        _("Không có hồ sơ nào trình ký."),
        lambda who: _handled(who, Permission.SIGN, State.SIGNING),
        Permission.SIGN,
        moves=("sign",),
        own=True,
    ),
    Tab(
        "issue",
        _("Chờ phát hành"),
        _("Không có kết quả nào chờ cấp số."),
        lambda who: _handled(who, Permission.ISSUE, State.SIGNED),
        Permission.ISSUE,
        moves=("issue",),
        own=True,
    ),
    Tab(
        "return",
        _("Chờ trả kết quả"),
        _("Không có kết quả nào chờ trả."),
        lambda who: _received(who, State.FINISHED),
        Permission.RECEIVE,
        moves=("return_result",),
        own=True,
    ),
    Tab("soon", _("Sắp đến hạn"), _("Không có hồ sơ nào đến hạn trong một ngày làm việc tới."), _soon),
    Tab("late", _("Quá hạn"), _("Không có hồ sơ nào quá hạn."), _late),
    Tab("step-late", _("Quá hạn bước"), _("Không có bước nào quá thời gian."), _step_late),
    Tab(
        "waiting",
        _("Chờ bên khác"),
        _("Không có hồ sơ nào chờ bên khác."),
        _waiting,
        moves=("remind", "meet_obligation"),
    ),
    Tab(
        "nobody",
        _("Không ai phụ trách"),
        _("Hồ sơ nào cũng có người phụ trách."),
        _nobody,
        Permission.SEE_FIGURES,
        moves=("share", "assign"),
    ),
    Tab(
        "done",
        _("Xong hôm nay"),
        _("Hôm nay chưa có kết quả nào được phát hành."),
        _done,
        order=Order("finished_at", descending=True),
        is_open=False,
    ),
    Tab("all", _("Tất cả"), _("Không tìm thấy hồ sơ nào."), lambda _who: Q(), order=NEWEST, is_open=False),
)
SORTS: dict[str, tuple[str | Promise, Order]] = {
    "due": (_("Theo hạn trả"), BY_DUE),
    "step": (_("Theo hạn của bước"), Order("step_sort_at")),
    "new": (_("Mới nộp trước"), NEWEST),
}


# Which permission, held anywhere, offers a move for many; on each dossier the action asks again.
_MOVE_NEEDS = {
    "accept": (Permission.RECEIVE,),
    "take": (Permission.PROCESS,),
    "assign": (Permission.ASSIGN, Permission.RECEIVE),
    "share": (Permission.ASSIGN, Permission.RECEIVE),
    "submit": (Permission.PROCESS,),
    "pass_check": (Permission.ASSIGN,),
    "sign": (Permission.SIGN,),
    "issue": (Permission.ISSUE,),
    "return_result": (Permission.RECEIVE,),
    "remind": (Permission.RECEIVE, Permission.PROCESS),
    "meet_obligation": (Permission.PROCESS,),
}


def moves_of(tab: Tab, user: User) -> list[BatchMove]:
    """What `user` can do to many dossiers of a tab at once; in the list of all his work every kind of it."""
    names = [name for each in TABS if each.own for name in each.moves] if tab.code == "now" else tab.moves
    return [BatchMove(name) for name in names if any(can_somewhere(user, one) for one in _MOVE_NEEDS[name])]


def tabs_for(user: User) -> list[Tab]:
    """The tabs whose work `user` may do anywhere; that of all his work only where it is of several kinds."""
    tabs = [
        tab for tab in TABS if can_somewhere(user, tab.needs) and (tab.code != "assign" or _hands_on(user))
    ]
    several = sum(tab.own for tab in tabs) > 2
    return tabs if several else [tab for tab in tabs if tab.code != "now"]


def _hands_on(user: User) -> bool:
    work = (Permission.ASSIGN, Permission.RECEIVE, Permission.PROCESS)
    return any(can_somewhere(user, permission) for permission in work)


def counts(dossiers: DossierQuerySet, who: Reader, tabs: list[Tab]) -> dict[str, int]:
    """How many open dossiers each tab holds; one query over the open ones."""
    asked = {tab.code: Count("pk", filter=tab.mine(who)) for tab in tabs if tab.is_open}
    return dossiers.filter(closed_at=None).aggregate(**asked) if asked else {}


def first_tab(tabs: list[Tab], numbers: dict[str, int]) -> str:
    """The first tab with work in it, else the first."""
    return next((tab.code for tab in tabs if numbers.get(tab.code)), tabs[0].code if tabs else "all")


def listed(dossiers: DossierQuerySet, who: Reader, tab: Tab) -> DossierQuerySet:
    """The dossiers of a tab, with the instants it may be sorted by."""
    found = dossiers.filter(tab.mine(who))
    if tab.is_open:
        found = found.filter(closed_at=None)
    return found.annotate(
        sort_at=Coalesce("due_at", "accept_by"), step_sort_at=Coalesce("step_due_at", "due_at", "accept_by")
    )
