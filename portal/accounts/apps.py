"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People and units."""

    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("Người dùng và đơn vị")
