"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProceduresConfig(AppConfig):
    """The catalogue."""

    name = "procedures"
    verbose_name = _("Danh mục thủ tục")

    def ready(self) -> None:
        from portal.lib.nav import Audience, NavItem, register

        register(
            NavItem(
                pgettext_lazy("nav", "Thủ tục"),
                "procedures:list",
                audience=Audience.EVERYONE,
                order=10,
                icon="book",
            ),
            NavItem(
                pgettext_lazy("nav", "Đơn vị"),
                "procedures:unit-list",
                audience=Audience.PUBLIC,
                order=60,
                icon="building",
            ),
        )
