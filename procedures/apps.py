"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProceduresConfig(AppConfig):
    """The catalogue."""

    name = "procedures"
    verbose_name = _("Danh mục thủ tục")

    def ready(self) -> None:
        """Make the outbox topics known to every process, and the pages to the navigation."""
        from portal.accounts.permissions import Permission
        from portal.lib.nav import Audience, Group, NavItem, register
        from procedures import handlers  # noqa: F401

        staff = (Permission.EDIT_CATALOGUE, Permission.PUBLISH_CATALOGUE)
        register(
            NavItem(
                _("Soạn danh mục"),
                "procedures:drafts",
                staff,
                Audience.OFFICER,
                order=45,
                icon="pen",
                group=Group.SETUP,
            ),
            NavItem(
                pgettext_lazy("nav", "Bảng cấu hình"),
                "procedures:board",
                staff,
                Audience.OFFICER,
                order=46,
                icon="chart",
                group=Group.SETUP,
            ),
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
            NavItem(
                _("Nhập danh mục quốc gia"),
                "procedures:imports",
                staff,
                Audience.OFFICER,
                order=73,
                icon="download",
                group=Group.SETUP,
            ),
            NavItem(
                _("Mức độ trực tuyến"),
                "procedures:levels",
                audience=Audience.OFFICER,
                order=72,
                icon="list",
                group=Group.SETUP,
            ),
        )
