"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DossiersConfig(AppConfig):
    """The dossiers app."""

    name = "dossiers"
    verbose_name = _("Hồ sơ")

    def ready(self) -> None:
        """Make the outbox topics known to every process, and the pages to the navigation."""
        from dossiers import checks, handlers  # noqa: F401
        from dossiers.navigation import ITEMS
        from dossiers.reuse_figures import figures
        from portal.lib.nav import register
        from procedures.board import FIGURES

        if figures not in FIGURES:
            FIGURES.append(figures)
        register(*ITEMS)
