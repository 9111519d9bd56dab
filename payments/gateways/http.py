"""Posting JSON to a gateway's API and fetching its list of a day: the outgoing connections of the payments app."""

import csv
import datetime
import io
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from payments.gateways.base import GatewayError, Report, Reported

TIMEOUT_SECONDS = 6
MOST_BYTES = 64 * 1024
REPORT_SECONDS = 30
MOST_REPORT_BYTES = 64 * 1024 * 1024


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


def reporter(url: str) -> Report:
    """Fetches a gateway's list of a day: CSV with a heading reference,provider_reference,amount at `url`?day=yyyymmdd.

    No gateway's own format is published; whoever runs the portal puts its settlement file behind this address.
    """

    def fetch(day: datetime.date) -> list[Reported]:
        if not url.startswith(("http://", "https://")):
            raise GatewayError("no address for the list is configured")
        mark = "&" if "?" in url else "?"
        try:
            address = f"{url}{mark}day={day:%Y%m%d}"
            with urllib.request.urlopen(address, timeout=REPORT_SECONDS) as answer:  # noqa: S310 - checked
                text = answer.read(MOST_REPORT_BYTES).decode("utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text)))
            return [Reported(row["reference"], row["provider_reference"], int(row["amount"])) for row in rows]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GatewayError(f"no list of the day: {type(error).__name__}") from error

    return fetch
