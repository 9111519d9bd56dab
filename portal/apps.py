"""The `portal` app carries shared templates, tags and commands; it has no tables of its own."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the shared parts."""

    name = "portal"

    def ready(self) -> None:
        """Register the system check of the signing service."""
        from portal.signing import checks  # noqa: F401
