"""Digital signatures on the documents the portal issues (PAdES, ETSI EN 319 142).

`adapter()` gives the service named by the setting SIGNING_ADAPTER. A new one is a module and a line here.
"""

from __future__ import annotations

import functools
from importlib import import_module

from django.conf import settings

from portal.signing.base import Seal, Signer, SigningAdapter, SigningError, officer_signer, unit_signer

__all__ = ["Seal", "Signer", "SigningAdapter", "SigningError", "adapter", "officer_signer", "unit_signer"]

ADAPTERS = {"local": "portal.signing.local.LocalAdapter"}


def adapter() -> SigningAdapter:
    """The configured service. Raises KeyError for an unknown name, SigningError when it may not be used."""
    return _adapter(settings.SIGNING_ADAPTER, str(settings.KEYS_ROOT))


@functools.lru_cache(maxsize=8)
def _adapter(name: str, keys_root: str) -> SigningAdapter:
    module, _dot, factory = ADAPTERS[name].rpartition(".")
    made: SigningAdapter = getattr(import_module(module), factory)(keys_root)
    return made
