"""App configuration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from portal.lib.nav import register


class ReportingConfig(AppConfig):
    """The reporting app."""

    name = "reporting"
    verbose_name = _("Số liệu")

    def ready(self) -> None:
        """Listen to what changes the figures, show them in the side bar, keep the city's targets loaded."""
        from dossiers.documents.elsewhere import announce
        from dossiers.invariants_files import name_files
        from reporting import digest, handlers, marks, verification  # noqa: F401 - both register their handlers
        from reporting.models import Export, ReportFile
        from reporting.navigation import ITEMS

        marks.listen()
        name_files(ReportFile, Export)
        announce(by_token=verification.page_of_token, by_hash=verification.page_of_hash)
        post_migrate.connect(_load_targets, sender=self, dispatch_uid="reporting.load_targets")
        register(*ITEMS)


def _load_targets(**kwargs: Any) -> None:  # noqa: ARG001
    from reporting.targets import load
    from reporting.watch.rules import load as load_rules

    load()
    load_rules()
