"""Forms for paying somebody else's fee."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class LinkPayForm(forms.Form):
    """Who pays, for the receipt; empty: the person of the dossier."""

    payer_name = forms.CharField(
        label=_("Tên người nộp tiền ghi trên biên lai"), max_length=250, required=False
    )
