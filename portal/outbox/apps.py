"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """The outbox."""

    name = "portal.outbox"
    label = "outbox"
    verbose_name = _("Hộp thư đi")
