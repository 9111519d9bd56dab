"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """The reporting app."""

    name = "reporting"
    verbose_name = _("Số liệu")
