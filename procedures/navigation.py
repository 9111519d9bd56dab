"""The places of the catalogue in the navigation: one line each, in the order they are shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.permissions import Permission
from portal.lib.nav import Audience, Group, NavItem, for_officers

_STAFF = (Permission.EDIT_CATALOGUE, Permission.PUBLISH_CATALOGUE)
ITEMS = (
    NavItem(pgettext_lazy("nav", "Thủ tục"), "procedures:list", order=10, icon="book"),
    NavItem(
        pgettext_lazy("nav", "Đơn vị"),
        "procedures:unit-list",
        audience=Audience.PUBLIC,
        order=60,
        icon="building",
    ),
    *for_officers(
        Group.SETUP,
        (_("Soạn danh mục"), "procedures:drafts", _STAFF, 45, "pen"),
        (pgettext_lazy("nav", "Bảng cấu hình"), "procedures:board", _STAFF, 46, "chart"),
        (_("Mức độ trực tuyến"), "procedures:levels", None, 72, "list"),
        (_("Nhập danh mục quốc gia"), "procedures:imports", _STAFF, 73, "download"),
    ),
)
