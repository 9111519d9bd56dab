"""SMS and Zalo by HTTP: the portal's own small shape, which a provider or a bridge to one takes (`docs/notices.md`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dossiers.ways.base import Letter, RefusedError, UnreachableError
from portal.lib.outgoing import NoAnswerError, ask

TIMEOUT_SECONDS = 5
TAKEN = {200, 201, 202}
REFUSED = {400, 404, 409, 410, 422}


@dataclass(frozen=True)
class HttpCarrier:
    """One address that takes `PUT <url>/<key>` with a bearer token; the key makes it once however often it is sent."""

    url: str
    token: str
    name: str = "http"

    def deliver(self, letter: Letter) -> str:
        """200, 201, 202 with `{"reference": …}`: taken; 400, 404, 409, 410, 422: refused; all else: unknown."""
        body = json.dumps({"to": letter.to, "text": letter.text}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        address = f"{self.url.rstrip('/')}/{letter.key}"
        try:
            answer = ask(address, body, headers, method="PUT", seconds=TIMEOUT_SECONDS)
        except NoAnswerError as error:
            raise UnreachableError(f"the carrier did not answer: {error}") from error
        if answer.status in REFUSED:
            raise RefusedError(_reason(answer.fields()))
        if answer.status not in TAKEN:
            raise UnreachableError(f"the carrier answered {answer.status}")
        return _reference(answer.fields())


def _reference(fields: dict[str, Any]) -> str:
    found = fields.get("reference")
    if not isinstance(found, str) or not found:
        raise UnreachableError("the carrier's answer has no reference")
    return found[:100]


def _reason(fields: dict[str, Any]) -> str:
    found = fields.get("error")
    return found[:200] if isinstance(found, str) and found else "refused without a reason"
