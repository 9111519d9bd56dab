"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    """The catalogue."""

    name = "procedures"
    verbose_name = _("Danh mục thủ tục")

    def ready(self) -> None:
        """Make the outbox topics known to every process, and the pages to the navigation."""
        from portal.lib.nav import register
        from procedures import handlers  # noqa: F401
        from procedures.navigation import ITEMS

        register(*ITEMS)
