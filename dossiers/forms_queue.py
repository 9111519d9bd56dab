"""Forms of the queue."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.models import Ground, Matter, QueuePoint
from portal.accounts.models import Unit


class TicketForm(forms.Form):
    """A number: what for, and by which right before others. `key` makes a second press the same ticket."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    ground = forms.ChoiceField(
        label=_("Diện ưu tiên (nếu có)"),
        choices=[("", _("Không")), *Ground.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    matter = forms.ChoiceField(label=_("Bạn đến để làm gì?"), choices=Matter, widget=forms.RadioSelect)


class CallForm(forms.Form):
    """Where the person is called to, and which matters this desk takes."""

    window = forms.CharField(label=_("Gọi đến quầy"), max_length=20)
    matter = forms.ChoiceField(
        label=_("Chỉ gọi"), choices=[("", _("Tất cả")), *Matter.choices], required=False
    )


class PointForm(forms.Form):
    """A receiving point of a unit."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị"), empty_label=None)
    name = forms.CharField(label=_("Tên điểm tiếp nhận"), max_length=120)

    def __init__(self, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = units


class MoveForm(forms.Form):
    """Another point of the same unit."""

    point = forms.ModelChoiceField(
        QueuePoint.objects.none(), label=_("Chuyển sang điểm"), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, point: QueuePoint, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["point"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = QueuePoint.objects.filter(unit=point.unit_id, closed_at=None).exclude(pk=point.pk)
