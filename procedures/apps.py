"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    """The catalogue."""

    name = "procedures"
    verbose_name = _("Danh mục thủ tục")
