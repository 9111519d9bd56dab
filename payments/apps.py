"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """The payments app."""

    name = "payments"
    verbose_name = _("Phí và lệ phí")

    def ready(self) -> None:
        """Listen to dossiers and add the links of this app."""
        from payments import enclosures, listeners, validity  # noqa: F401
        from portal.accounts.permissions import Permission
        from portal.lib import nav

        nav.register(
            nav.NavItem(
                _("Biên lai"), "payments:receipts", audience=nav.Audience.CITIZEN, order=45, icon="receipt"
            ),
            nav.NavItem(
                _("Quầy thu"),
                "payments:cash-desk",
                permission=Permission.COLLECT,
                audience=nav.Audience.OFFICER,
                group=nav.Group.MONEY,
                order=60,
                icon="money",
            ),
            nav.NavItem(
                _("Sổ biên lai"),
                "payments:issued",
                permission=(Permission.COLLECT, Permission.APPROVE_MONEY),
                audience=nav.Audience.OFFICER,
                group=nav.Group.MONEY,
                order=61,
                icon="receipt",
            ),
            nav.NavItem(
                _("Việc về tiền"),
                "payments:incidents",
                permission=(Permission.COLLECT, Permission.APPROVE_MONEY),
                audience=nav.Audience.OFFICER,
                group=nav.Group.MONEY,
                order=62,
                icon="warning",
            ),
            nav.NavItem(
                _("Sao kê ngân hàng"),
                "payments:lines",
                permission=(Permission.COLLECT, Permission.APPROVE_MONEY),
                audience=nav.Audience.OFFICER,
                group=nav.Group.MONEY,
                order=63,
                icon="list",
            ),
            nav.NavItem(
                _("Đối soát ba bên"),
                "payments:reconciliation",
                permission=(Permission.APPROVE_MONEY, Permission.COLLECT, Permission.RUN_SYSTEM),
                audience=nav.Audience.OFFICER,
                group=nav.Group.MONEY,
                order=65,
                icon="chart",
            ),
            nav.NavItem(
                _("Tài khoản thu"),
                "payments:accounts",
                permission=(Permission.COLLECT, Permission.APPROVE_MONEY, Permission.RUN_SYSTEM),
                audience=nav.Audience.OFFICER,
                group=nav.Group.MONEY,
                order=64,
                icon="building",
            ),
        )
