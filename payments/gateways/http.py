"""Posting JSON to a gateway's API: the only outgoing connection of the payments app."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from payments.gateways.base import GatewayError

TIMEOUT_SECONDS = 6
MOST_BYTES = 64 * 1024


def post_json(url: str, message: Mapping[str, Any]) -> Mapping[str, str]:
    """The answer's fields as text. Raises GatewayError for anything but a 200 with a JSON object."""
    if not url.startswith(("http://", "https://")):
        raise GatewayError("no address of the gateway is configured")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url, json.dumps(message).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            fields = json.loads(answer.read(MOST_BYTES))
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise GatewayError(f"gateway did not answer: {type(error).__name__}") from error
    if not isinstance(fields, dict):
        raise GatewayError("gateway answered no object")
    return {str(name): "" if value is None else str(value) for name, value in fields.items()}
