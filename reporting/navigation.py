"""The places of the figures in the navigation: one line each, in the order they are shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import Permission
from portal.lib.nav import Audience, Group, NavItem, for_officers
from reporting.alarms import count_for

_OWN = (Permission.PROCESS, Permission.RECEIVE)
_FILES = (
    Permission.SEE_DOSSIERS,
    Permission.SEE_FIGURES,
    Permission.COLLECT,
    Permission.APPROVE_MONEY,
    Permission.RUN_SYSTEM,
)
ITEMS = (
    NavItem(_("Số liệu công khai"), "reporting:transparency", audience=Audience.PUBLIC, order=50),
    NavItem(
        _("Cảnh báo sớm"),
        "reporting:warnings",
        Permission.SEE_FIGURES,
        Audience.OFFICER,
        order=62,
        icon="warning",
        count=count_for,
        group=Group.FIGURES,
    ),
    *for_officers(
        Group.FIGURES,
        (_("Số liệu"), "reporting:city", Permission.SEE_FIGURES, 60, "chart"),
        (_("Số liệu của tôi"), "reporting:own", _OWN, 61, "chart"),
        # Whoever sees figures comes to the targets from there; the second person may be the administrator.
        (_("Mục tiêu"), "reporting:targets", Permission.RUN_SYSTEM, 65, "chart"),
        (_("Hộp tải xuống"), "reporting:tray", _FILES, 70, "download"),
    ),
)
