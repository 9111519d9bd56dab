"""Forms of ordering work: many dossiers at once, absences, the hand-over of a desk."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dossiers.forms_inbox import specialists_of
from dossiers.models import BatchMove
from portal.accounts.access import unit_ids_with
from portal.accounts.models import Membership, Unit, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.forms import DayField


def _people(field: forms.Field, people: QuerySet[User]) -> None:
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared in the form
    field.queryset = people
    field.label_from_instance = lambda obj: obj.full_name  # type: ignore[method-assign]


class BatchForm(forms.Form):
    """What a batch asks besides its dossiers: a person, where it assigns to one."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    to = forms.ModelChoiceField(User.objects.none(), label=_("Chuyên viên"), empty_label=None)

    def __init__(self, user: User, move: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if move == BatchMove.ASSIGN:
            _people(self.fields["to"], specialists_of(user))
        else:
            del self.fields["to"]


def officers_of(units: QuerySet[Unit]) -> QuerySet[User]:
    """Everybody with a post in one of these units today."""
    posts = Membership.objects.on(clock.today()).filter(unit__in=units.values("pk"))
    return User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("full_name", "pk")


def units_led(user: User) -> QuerySet[Unit]:
    """The units in which `user` assigns work."""
    return Unit.objects.filter(pk__in=unit_ids_with(user, Permission.ASSIGN) or ()).order_by("sort_key")


def units_served(user: User) -> QuerySet[Unit]:
    """The units in which `user` has a post with dossiers."""
    return Unit.objects.filter(pk__in=unit_ids_with(user, Permission.SEE_DOSSIERS) or ()).order_by("sort_key")


class AbsenceForm(forms.Form):
    """Who is away from when to when, and who stands in. Who leads a unit names anybody of it, others themselves."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị"), empty_label=None)
    officer = forms.ModelChoiceField(User.objects.none(), label=_("Người vắng mặt"), empty_label=None)
    substitute = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Người thay"),
        empty_label=None,
        help_text=_("Người giữ cùng vai trò tại đơn vị."),
    )
    first = DayField(label=_("Từ ngày"))
    last = DayField(label=_("Đến ngày"))
    reason = forms.CharField(label=_("Lý do"), max_length=300, required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units, led = units_served(user), units_led(user)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ModelChoiceField)  # noqa: S101 - declared above
        unit.queryset = units
        own = User.objects.filter(pk=user.pk)
        _people(self.fields["officer"], officers_of(led) if led.exists() else own)
        _people(self.fields["substitute"], officers_of(units))


class DeskForm(forms.Form):
    """Whose desk goes to whom, and why."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị"), empty_label=None)
    officer = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Người bàn giao"),
        empty_label=None,
        help_text=_("Cả người đã thôi giữ vị trí mà còn hồ sơ đang mở."),
    )
    to = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Người nhận"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Chọn nhiều người thì hồ sơ được chia theo khối lượng việc đang có."),
    )
    reason = forms.CharField(label=_("Lý do"), max_length=300)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from dossiers.load import holders

        units = units_led(user)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ModelChoiceField)  # noqa: S101 - declared above
        unit.queryset = units
        _people(self.fields["officer"], holders(list(units.values_list("pk", flat=True))))
        _people(self.fields["to"], specialists_of(user))
