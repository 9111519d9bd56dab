"""Which ways a person wants to be told by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.models import Way
from dossiers.notices import choice_of
from dossiers.ways import offered

if TYPE_CHECKING:
    from portal.accounts.models import User

NEEDS = {Way.EMAIL: "email", Way.SMS: "phone", Way.ZALO: "phone"}


class ChoiceForm(forms.Form):
    """One box for each way the portal has a carrier for; a way without the person's address cannot be chosen."""

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.user, chosen = user, choice_of(user)
        for way in map(Way, offered()):
            self.fields[way.value] = forms.BooleanField(
                label=way.label, required=False, initial=getattr(chosen, way.value), help_text=self._hint(way)
            )

    def _hint(self, way: Way) -> str:
        return str(getattr(self.user, NEEDS[way]) or _("Chưa có trong thông tin liên hệ của bạn."))

    def clean(self) -> dict[str, Any]:
        """Refuse a way for which the account holds no address."""
        cleaned = super().clean() or {}
        for name in self.fields:
            if cleaned.get(name) and not getattr(self.user, NEEDS[Way(name)]):
                missing = (
                    _("Cần nhập thư điện tử trước.")
                    if name == Way.EMAIL
                    else _("Cần nhập số điện thoại trước.")
                )
                self.add_error(name, missing)
        return cleaned

    def chosen(self) -> dict[str, bool]:
        """What was ticked, with every way; one that is not offered keeps what was chosen earlier."""
        before = choice_of(self.user)
        return {
            way: bool(self.cleaned_data[way]) if way in self.fields else getattr(before, way)
            for way in ("email", "sms", "zalo")
        }
