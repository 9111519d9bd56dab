"""App configuration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import Permission
from portal.lib.nav import Audience, NavItem, register


class ReportingConfig(AppConfig):
    """The reporting app."""

    name = "reporting"
    verbose_name = _("Số liệu")

    def ready(self) -> None:
        """Listen to what changes the figures, show them in the side bar, keep the city's targets loaded."""
        from reporting import marks

        marks.listen()
        post_migrate.connect(_load_targets, sender=self, dispatch_uid="reporting.load_targets")
        register(
            NavItem(
                _("Số liệu"),
                "reporting:city",
                Permission.SEE_FIGURES,
                Audience.OFFICER,
                order=60,
                icon="chart",
            )
        )
        # Whoever sees figures comes to the targets from there; the second person may be the administrator.
        register(
            NavItem(
                _("Mục tiêu"),
                "reporting:targets",
                Permission.RUN_SYSTEM,
                Audience.OFFICER,
                order=65,
                icon="chart",
            )
        )


def _load_targets(**kwargs: Any) -> None:  # noqa: ARG001
    from reporting.targets import load

    load()
