"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    """The catalogue."""

    name = "procedures"
    verbose_name = _("Danh mục thủ tục")

    def ready(self) -> None:
        from portal.lib.nav import Audience, NavItem, register

        register(
            NavItem(_("Thủ tục"), "procedures:list", audience=Audience.EVERYONE, order=10, icon="book"),
            NavItem(_("Đơn vị"), "procedures:unit-list", audience=Audience.PUBLIC, order=60, icon="building"),
        )
