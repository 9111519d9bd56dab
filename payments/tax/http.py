"""Summaries by HTTP: POST the signed XML, the answer is JSON. The portal's own shape, see `docs/payments.md`."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass

from payments.tax.base import TaxAnswer, TaxError

TIMEOUT_SECONDS = 10
MOST_BYTES = 64 * 1024
REFUSED = {400, 409, 422}


@dataclass(frozen=True)
class HttpAuthority:
    """One address that takes `POST <url>/<key>` with a bearer token."""

    url: str
    token: str

    def send(self, key: str, data: bytes) -> TaxAnswer:
        """201 or 200 with `{"code": …}`: taken; 400, 409, 422 with `{"error": …}`: refused; all else: unknown."""
        if not self.url.startswith(("http://", "https://")):
            raise TaxError("the address of the tax authority is no http address")
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            f"{self.url.rstrip('/')}/{key}",
            data,
            {"Content-Type": "application/xml", "Authorization": f"Bearer {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return TaxAnswer(taken=True, code=_field(answer.read(MOST_BYTES), "code"))
        except urllib.error.HTTPError as error:
            if error.code in REFUSED:
                return TaxAnswer(taken=False, code=_field(error.read(MOST_BYTES), "error"))
            raise TaxError(f"the tax authority answered {error.code}") from error
        except OSError as error:
            raise TaxError(f"the tax authority did not answer: {type(error).__name__}") from error


def _field(body: bytes, name: str) -> str:
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise TaxError("the tax authority answered no JSON") from error
    value = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(value, str) or not value:
        raise TaxError(f"the tax authority's answer has no {name}")
    return value[:80]
