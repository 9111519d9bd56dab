"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """The payments app."""

    name = "payments"
    verbose_name = _("Phí và lệ phí")
