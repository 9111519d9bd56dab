"""SMS and Zalo by HTTP: the portal's own small shape, which a provider or a bridge to one takes (`docs/notices.md`)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from dossiers.ways.base import Letter, RefusedError, UnreachableError

TIMEOUT_SECONDS = 5
MOST_BYTES = 64 * 1024
REFUSED = {400, 404, 409, 410, 422}


@dataclass(frozen=True)
class HttpCarrier:
    """One address that takes `PUT <url>/<key>` with a bearer token; the key makes it once however often it is sent."""

    url: str
    token: str
    name: str = "http"

    def deliver(self, letter: Letter) -> str:
        """200, 201, 202 with `{"reference": …}`: taken; 400, 404, 409, 410, 422: refused; all else: unknown."""
        if not self.url.startswith(("http://", "https://")):
            raise UnreachableError("the address of the carrier is no http address")
        body = json.dumps({"to": letter.to, "text": letter.text}).encode()
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            f"{self.url.rstrip('/')}/{letter.key}",
            body,
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
            method="PUT",
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return _reference(_object(answer.read(MOST_BYTES)))
        except urllib.error.HTTPError as error:
            if error.code in REFUSED:
                raise RefusedError(_reason(error.read(MOST_BYTES))) from error
            raise UnreachableError(f"the carrier answered {error.code}") from error
        except OSError as error:
            raise UnreachableError(f"the carrier did not answer: {type(error).__name__}") from error


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _reference(fields: dict[str, Any]) -> str:
    found = fields.get("reference")
    if not isinstance(found, str) or not found:
        raise UnreachableError("the carrier's answer has no reference")
    return found[:100]


def _reason(body: bytes) -> str:
    found = _object(body).get("error")
    return found[:200] if isinstance(found, str) and found else "refused without a reason"
