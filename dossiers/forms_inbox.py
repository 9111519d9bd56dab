"""The filters of the inbox: what stands in its address."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dossiers.inbox import SORTS
from dossiers.states import State
from portal.accounts.access import unit_ids_with
from portal.accounts.models import User
from portal.accounts.permissions import Permission, roles_with
from portal.lib import clock
from portal.lib.forms import DayField
from portal.lib.text import fold
from procedures.models import Channel, Field, Procedure

if TYPE_CHECKING:
    from django.http import QueryDict

FILTERS = (
    "procedure", "field", "state", "channel", "person", "filed_from", "filed_to", "due_from", "due_to", "sort",
)  # fmt: skip
ANY = [("", _("Tất cả"))]


class FilterForm(forms.Form):
    """Every filter of the inbox; all are optional, what cannot be read has its error beside it."""

    procedure = forms.CharField(
        label=_("Thủ tục"), max_length=100, required=False, help_text=_("Mã, hoặc vài chữ trong tên.")
    )
    field = forms.ModelChoiceField(
        Field.objects.all(),
        to_field_name="code",
        label=_("Lĩnh vực"),
        required=False,
        empty_label=_("Tất cả"),
    )
    state = forms.ChoiceField(label=_("Trạng thái"), choices=[*ANY, *State.choices], required=False)
    channel = forms.ChoiceField(label=_("Kênh"), choices=[*ANY, *Channel.choices], required=False)
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Người thụ lý"), required=False, empty_label=_("Tất cả")
    )
    filed_from = DayField(label=_("Nộp từ ngày"), required=False)
    filed_to = DayField(label=_("Nộp đến ngày"), required=False)
    due_from = DayField(label=_("Hạn trả từ ngày"), required=False)
    due_to = DayField(label=_("Hạn trả đến ngày"), required=False)
    sort = forms.ChoiceField(
        label=_("Thứ tự"),
        choices=[("", _("Như mục này")), *((code, label) for code, (label, _order) in SORTS.items())],
        required=False,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)  # noqa: S101 - declared above
        person.queryset = specialists_of(user)
        person.label_from_instance = lambda obj: obj.full_name  # type: ignore[method-assign]

    def clean(self) -> dict[str, Any]:
        """A range that ends before it begins is a slip of the pen."""
        cleaned = super().clean() or {}
        for name in ("filed", "due"):
            start, end = cleaned.get(f"{name}_from"), cleaned.get(f"{name}_to")
            if start and end and end < start:
                self.add_error(f"{name}_to", _("Ngày cuối phải từ ngày đầu trở đi."))
        return cleaned

    def condition(self) -> Q:
        """What the filters that could be read ask for."""
        given = self.cleaned_data
        found = Q()
        for name in ("state", "channel"):
            if given.get(name):
                found &= Q(**{name: given[name]})
        if given.get("field"):
            found &= Q(procedure__field=given["field"])
        if given.get("person"):
            found &= Q(assignee=given["person"])
        if words := fold(given.get("procedure") or ""):
            found &= Q(procedure__in=_procedures(words))
        return found & _days("filed_at", given, "filed") & _days("sort_at", given, "due")

    @property
    def is_used(self) -> bool:
        """Whether any filter narrows the list."""
        return any(self.data.get(name) for name in FILTERS if name != "sort")


def _procedures(words: str) -> Any:
    found = Procedure.objects.all()
    for word in words.split():
        found = found.filter(search_text__contains=word)
    return found.values("pk")


def _days(column: str, given: dict[str, Any], name: str) -> Q:
    start, end = given.get(f"{name}_from"), given.get(f"{name}_to")
    found = Q()
    if start:
        found &= Q(**{f"{column}__gte": _midnight(start)})
    if end:
        found &= Q(**{f"{column}__lt": _midnight(end + datetime.timedelta(days=1))})
    return found


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def specialists_of(user: User) -> Any:
    """The officers who may process dossiers in the units the reader sees dossiers of."""
    units = unit_ids_with(user, Permission.SEE_DOSSIERS)
    today = clock.today()
    posts = Q(memberships__role__in=roles_with(Permission.PROCESS), memberships__valid_from__lte=today) & (
        Q(memberships__valid_to=None) | Q(memberships__valid_to__gt=today)
    )
    if units is not None:
        posts &= Q(memberships__unit__in=units)
    return User.objects.filter(posts, is_active=True).distinct().order_by("full_name", "pk")


def query_of(given: QueryDict) -> str:
    """The filters and the tab of an address, in one order; without what was searched for and the page."""
    pairs = [(name, str(given.get(name, "")).strip()[:100]) for name in ("tab", *FILTERS)]
    return urlencode([(name, value) for name, value in pairs if value])


class SaveFilterForm(forms.Form):
    """A name for the filters of this page."""

    name = forms.CharField(label=_("Tên bộ lọc"), max_length=60)
