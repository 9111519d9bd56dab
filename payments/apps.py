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
        from payments.navigation import ITEMS
        from portal.lib.nav import register

        register(*ITEMS)
