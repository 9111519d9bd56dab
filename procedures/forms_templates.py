"""The form of a blank paper to download."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TemplateForm(forms.Form):
    """A file and what people will see as its name."""

    name = forms.CharField(
        label=_("Tên mẫu"), max_length=200, help_text=_("Người dân sẽ thấy, ví dụ: Mẫu văn bản ủy quyền.")
    )
    file = forms.FileField(
        label=_("Tệp mẫu"),
        help_text=_("PDF, JPG hoặc PNG; mẫu soạn bằng Word thì xuất ra PDF để máy nào cũng in được."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def refuse(self, field: str, said: Any) -> None:
        """Show what the action refused, next to what caused it."""
        self.add_error(field if field in self.fields else None, said)
