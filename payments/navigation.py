"""The places of money in the navigation: one line each, in the order they are shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import Permission
from portal.lib.nav import Audience, Group, NavItem, for_officers

_DESK = (Permission.COLLECT, Permission.APPROVE_MONEY)
_BOOKS = (*_DESK, Permission.RUN_SYSTEM)
ITEMS = (
    NavItem(_("Biên lai"), "payments:receipts", audience=Audience.CITIZEN, order=45, icon="receipt"),
    *for_officers(
        Group.MONEY,
        (_("Quầy thu"), "payments:cash-desk", Permission.COLLECT, 60, "money"),
        (_("Sổ biên lai"), "payments:issued", _DESK, 61, "receipt"),
        (_("Việc về tiền"), "payments:incidents", _DESK, 62, "warning"),
        (_("Sao kê ngân hàng"), "payments:lines", _DESK, 63, "list"),
        (_("Tài khoản thu"), "payments:accounts", _BOOKS, 64, "building"),
        (_("Đối soát ba bên"), "payments:reconciliation", _BOOKS, 65, "chart"),
    ),
)
