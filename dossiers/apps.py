"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DossiersConfig(AppConfig):
    """The dossiers app."""

    name = "dossiers"
    verbose_name = _("Hồ sơ")

    def ready(self) -> None:
        """Make the outbox topics known to every process, and the pages to the navigation."""
        from dossiers import handlers  # noqa: F401
        from dossiers.reuse_figures import figures
        from portal.lib.nav import Audience, NavItem, register
        from procedures.board import FIGURES

        if figures not in FIGURES:
            FIGURES.append(figures)
        register(
            NavItem(_("Hồ sơ của tôi"), "dossiers:mine", audience=Audience.CITIZEN, order=30),
            NavItem(_("Tra cứu hồ sơ"), "dossiers:track", audience=Audience.PUBLIC, order=40),
        )
        from portal.accounts.permissions import Permission
        from portal.lib.nav import Audience, NavItem, register

        register(
            NavItem(
                _("Hộp việc"),
                "dossiers:inbox",
                Permission.SEE_DOSSIERS,
                Audience.OFFICER,
                order=10,
                icon="inbox",
            ),
            NavItem(
                pgettext_lazy("nav", "Đề nghị xác minh"),
                "dossiers:asked",
                Permission.PROCESS,
                Audience.OFFICER,
                order=15,
                icon="send",
            ),
            NavItem(
                _("Tiếp nhận tại quầy"),
                "dossiers:counter",
                Permission.RECEIVE,
                Audience.OFFICER,
                order=20,
                icon="user",
            ),
            NavItem(
                _("Chuyển liên thông"),
                "dossiers:handovers",
                Permission.RECEIVE,
                Audience.OFFICER,
                order=25,
                icon="inbox",
            ),
        )
