"""App configuration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import Permission
from portal.lib.nav import Audience, Group, NavItem, register


class ReportingConfig(AppConfig):
    """The reporting app."""

    name = "reporting"
    verbose_name = _("Số liệu")

    def ready(self) -> None:
        """Listen to what changes the figures, show them in the side bar, keep the city's targets loaded."""
        from dossiers.documents.elsewhere import announce
        from dossiers.invariants_files import name_files
        from reporting import digest, handlers, marks, verification  # noqa: F401 - both register their handlers
        from reporting.alarms import count_for
        from reporting.models import Export, ReportFile

        marks.listen()
        name_files(ReportFile, Export)
        announce(by_token=verification.page_of_token, by_hash=verification.page_of_hash)
        post_migrate.connect(_load_targets, sender=self, dispatch_uid="reporting.load_targets")
        register(
            NavItem(
                _("Số liệu"),
                "reporting:city",
                Permission.SEE_FIGURES,
                Audience.OFFICER,
                group=Group.FIGURES,
                order=60,
                icon="chart",
            )
        )
        register(
            NavItem(
                _("Số liệu của tôi"),
                "reporting:own",
                (Permission.PROCESS, Permission.RECEIVE),
                Audience.OFFICER,
                group=Group.FIGURES,
                order=61,
                icon="chart",
            )
        )
        register(
            NavItem(
                _("Cảnh báo sớm"),
                "reporting:warnings",
                Permission.SEE_FIGURES,
                Audience.OFFICER,
                group=Group.FIGURES,
                order=62,
                icon="warning",
                count=count_for,
            )
        )
        _register_files_and_open_figures()
        # Whoever sees figures comes to the targets from there; the second person may be the administrator.
        register(
            NavItem(
                _("Mục tiêu"),
                "reporting:targets",
                Permission.RUN_SYSTEM,
                Audience.OFFICER,
                group=Group.FIGURES,
                order=65,
                icon="chart",
            )
        )


def _register_files_and_open_figures() -> None:
    """The tray of files, and the page open to everybody."""
    register(
        NavItem(
            _("Hộp tải xuống"),
            "reporting:tray",
            (
                Permission.SEE_DOSSIERS,
                Permission.SEE_FIGURES,
                Permission.COLLECT,
                Permission.APPROVE_MONEY,
                Permission.RUN_SYSTEM,
            ),
            Audience.OFFICER,
            group=Group.FIGURES,
            order=70,
            icon="download",
        )
    )
    register(NavItem(_("Số liệu công khai"), "reporting:transparency", audience=Audience.PUBLIC, order=50))


def _load_targets(**kwargs: Any) -> None:  # noqa: ARG001
    from reporting.targets import load
    from reporting.watch.rules import load as load_rules

    load()
    load_rules()
