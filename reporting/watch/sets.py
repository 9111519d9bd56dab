"""The dossiers a warning counts, as facts: the same condition counts them and lists them.

None of them is a verdict: they are shown to a person, and nothing is ever held back because of one.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dossiers.models import Approval, Dossier, DossierParty, PartyRole, SupplementItem, SupplementRequest
from dossiers.states import State
from payments.models import Payment, Receipt
from portal.accounts.models import Membership, UserKind
from portal.accounts.permissions import Permission, Role, roles_with
from procedures.calendar import WorkCalendar
from reporting.bases import COMPETENT, HANDLING_NOW, INTAKE_NOW, SETTLED, Basis, Fact
from reporting.conditions import CERTIFIED_WORD
from reporting.facts import FACT_BY_CODE
from reporting.models import WarningKind, WarningRule

_OPEN = Q(finished_at__isnull=True, closed_at__isnull=True)
_LABEL = _("hiện tại")
RECEIVED = Basis(
    "warned_received", _LABEL, _("đơn vị tiếp nhận"), Dossier, "", "receiving_unit", scope=Q(closed_at=None)
)
FILED_LATELY = Basis("warned_filed", _LABEL, _("đơn vị tiếp nhận"), Dossier, "", "receiving_unit")
DECIDED = Basis(
    "warned_decided",
    _LABEL,
    _("đơn vị giải quyết"),
    Dossier,
    "",
    "competent_unit",
    scope=_OPEN,
    territory=COMPETENT,
)
TAKEN = Basis("warned_taken", _LABEL, _("đơn vị thu"), Payment, "", "unit", "dossier__", SETTLED)
# Words by which a line about the form asks for a paper.
PAPER_WORDS = (
    r"(nộp thêm|bản sao|bản chính|giấy (tờ|xác nhận|chứng nhận|khai sinh|ủy quyền|uỷ quyền)|sổ hộ khẩu)"
)


def overdue(_rule: WarningRule, _now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """Open and past the promised day."""
    return FACT_BY_CODE["overdue_now"]


def waiting(_rule: WarningRule, _now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """Not answered within eight working hours."""
    return FACT_BY_CODE["waiting_late_now"]


def late_soon(rule: WarningRule, now: datetime.datetime, calendar: WorkCalendar) -> Fact:
    """Open, the clock runs, and due within the next `days` working days."""
    day = now.date()
    for _number in range(rule.days):
        day = calendar.next_working_day(day)
    where = Q(due_at__gte=now, due_at__lte=calendar.closing(day), clock_paused=False)
    return Fact(
        "warned_late_soon",
        HANDLING_NOW,
        _("Hồ sơ đến hạn trong những ngày làm việc tới"),
        where & ~Q(state__in=[State.SUPPLEMENT, State.OBLIGATION]),
    )


def _posts(now: datetime.datetime, *permissions: Permission) -> QuerySet[Membership]:
    roles = sorted({role for permission in permissions for role in roles_with(permission)})
    return Membership.objects.on(now.date()).filter(role__in=roles, user__is_active=True).order_by()


def _nobody(now: datetime.datetime, column: str, *permissions: Permission) -> Q:
    return ~Q(Exists(_posts(now, *permissions).filter(unit=OuterRef(column))))


def no_inbox_intake(_rule: WarningRule, now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """Waits to be accepted or handed over where nobody holds the post to do it."""
    where = Q(state__in=[State.FILED, State.FINISHED]) & _nobody(now, "receiving_unit", Permission.RECEIVE)
    return Fact(
        "warned_no_intake", RECEIVED, _("Hồ sơ chờ tiếp nhận hoặc chờ trả mà không ai phụ trách"), where
    )


def no_inbox_work(_rule: WarningRule, now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """In the hands of nobody: the specialist left, or no one may assign, check, sign or issue."""
    unit = "competent_unit"
    specialist = _posts(now, Permission.PROCESS).filter(user=OuterRef("assignee"), unit=OuterRef(unit))
    assigning = (Permission.ASSIGN, Permission.RECEIVE, Permission.PROCESS)
    where = (
        (Q(state=State.ACCEPTED) & _nobody(now, unit, *assigning))
        | (Q(state=State.PROCESSING) & ~Q(Exists(specialist)))
        | (Q(state=State.CHECKING) & _nobody(now, unit, Permission.ASSIGN))
        | (Q(state=State.SIGNING) & _nobody(now, unit, Permission.SIGN))
        | (Q(state=State.SIGNED) & _nobody(now, unit, Permission.ISSUE))
    )
    return Fact("warned_no_work", DECIDED, _("Hồ sơ đang giải quyết mà không ai phụ trách"), where)


def second_supplement(_rule: WarningRule, _now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """Open dossiers asked to supplement more than once (the law says once)."""
    sent = SupplementRequest.objects.filter(
        dossier=OuterRef("pk"), number__gt=1, approval__in=[Approval.NOT_NEEDED, Approval.APPROVED]
    )
    return Fact(
        "warned_second_ask",
        DECIDED,
        _("Hồ sơ đang giải quyết đã bị yêu cầu bổ sung từ hai lần"),
        Q(Exists(sent.order_by())),
    )


def no_receipt(rule: WarningRule, now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """Money in the books for a day and more without a receipt."""
    since, until = now - datetime.timedelta(days=rule.days), now - datetime.timedelta(days=1)
    receipts = Receipt.objects.filter(payment=OuterRef("pk")).order_by()
    where = Q(settled_at__gte=since, settled_at__lt=until) & ~Q(Exists(receipts))
    return Fact("warned_no_receipt", TAKEN, _("Khoản đã thu quá một ngày mà chưa có biên lai"), where)


def many_people(rule: WarningRule, now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """Filed by an account or telephone that filed for many owners; agents and officers apart, it is their work."""
    lately = Q(filed_at__gte=now - datetime.timedelta(days=rule.days))
    agents = Membership.objects.on(now.date()).filter(role=Role.AGENT).order_by().values("user")
    private = lately & ~Q(submitted_by__kind=UserKind.STAFF) & ~Q(submitted_by__in=agents)
    many = int(rule.threshold)
    own = Dossier.objects.filter(private).order_by()
    accounts = (
        own.filter(submitted_by__isnull=False)
        .values("submitted_by")
        .annotate(n=Count("owner_name", distinct=True))
    )
    filers = DossierParty.objects.filter(role=PartyRole.FILER).exclude(phone="").order_by()
    phones = filers.filter(dossier__in=own.values("pk")).values("phone")
    phones = (
        phones.annotate(n=Count("dossier__owner_name", distinct=True)).filter(n__gte=many).values("phone")
    )
    by_phone = filers.filter(dossier=OuterRef("pk"), phone__in=phones)
    where = private & (
        Q(submitted_by__in=accounts.filter(n__gte=many).values("submitted_by")) | Q(Exists(by_phone))
    )
    return Fact(
        "warned_many", FILED_LATELY, _("Hồ sơ do một tài khoản hoặc số điện thoại nộp cho nhiều người"), where
    )


def _asked(**line: object) -> QuerySet[SupplementItem]:
    return SupplementItem.objects.filter(request__dossier=OuterRef("pk"), **line).order_by()


def beyond_list(_rule: WarningRule, _now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """A supplement asks for a paper that is not on the list: of another version, or hidden in a line about the form."""
    foreign = _asked(document__isnull=False).exclude(document__version=OuterRef("version"))
    hidden = _asked(document__isnull=True, instruction__iregex=PAPER_WORDS)
    return Fact(
        "warned_beyond",
        DECIDED,
        _("Hồ sơ đang giải quyết bị yêu cầu giấy tờ ngoài danh mục"),
        Q(Exists(foreign)) | Q(Exists(hidden)),
    )


def certified(_rule: WarningRule, _now: datetime.datetime, _calendar: WorkCalendar) -> Fact:
    """A supplement mentions a certified copy although the list gives no legal basis for one."""
    lines = _asked(instruction__icontains=CERTIFIED_WORD)
    bare = lines.filter(Q(document__isnull=True) | Q(document__certified_basis=""))
    return Fact(
        "warned_certified",
        DECIDED,
        _("Hồ sơ đang giải quyết bị đòi bản sao chứng thực không có căn cứ trong danh mục"),
        Q(Exists(bare)),
    )


Maker = Callable[[WarningRule, datetime.datetime, WorkCalendar], Fact]
SETS: dict[WarningKind, Maker] = {
    WarningKind.OVERDUE: overdue,
    WarningKind.WAITING: waiting,
    WarningKind.LATE_SOON: late_soon,
    WarningKind.NO_INBOX_INTAKE: no_inbox_intake,
    WarningKind.NO_INBOX_WORK: no_inbox_work,
    WarningKind.SECOND_SUPPLEMENT: second_supplement,
    WarningKind.NO_RECEIPT: no_receipt,
    WarningKind.MANY_PEOPLE: many_people,
    WarningKind.BEYOND_LIST: beyond_list,
    WarningKind.CERTIFIED: certified,
}
STOCK_BASES = (INTAKE_NOW, HANDLING_NOW, RECEIVED, FILED_LATELY, DECIDED, TAKEN)
