"""Posting JSON to a gateway's API and fetching its list of a day: the outgoing connections of the payments app."""

import csv
import datetime
import io
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from payments.gateways.base import GatewayError, Report, Reported
from portal.lib.outgoing import NoAnswerError, ask

TIMEOUT_SECONDS = 6
REPORT_SECONDS = 30
MOST_REPORT_BYTES = 64 * 1024 * 1024


def post_json(url: str, message: Mapping[str, Any]) -> Mapping[str, str]:
    """The answer's fields as text. Raises GatewayError for anything but a 200 with a JSON object."""
    body = json.dumps(message).encode()
    try:
        answer = ask(url, body, {"Content-Type": "application/json"}, seconds=TIMEOUT_SECONDS)
    except NoAnswerError as error:
        raise GatewayError(f"gateway did not answer: {error}") from error
    fields = answer.fields()
    if answer.status != HTTPStatus.OK or not fields:
        raise GatewayError(f"gateway answered {answer.status} without an object")
    return {str(name): "" if value is None else str(value) for name, value in fields.items()}


def reporter(url: str) -> Report:
    """Fetches a gateway's list of a day: CSV with a heading reference,provider_reference,amount at `url`?day=yyyymmdd.

    No gateway's own format is published; whoever runs the portal puts its settlement file behind this address.
    """

    def fetch(day: datetime.date) -> list[Reported]:
        address = f"{url}{'&' if '?' in url else '?'}day={day:%Y%m%d}"
        try:
            answer = ask(address, seconds=REPORT_SECONDS, most=MOST_REPORT_BYTES)
        except NoAnswerError as error:
            raise GatewayError(f"no list of the day: {error}") from error
        if answer.status != HTTPStatus.OK:
            raise GatewayError(f"no list of the day: answered {answer.status}")
        try:
            rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
            return [Reported(row["reference"], row["provider_reference"], int(row["amount"])) for row in rows]
        except (ValueError, KeyError, TypeError, csv.Error) as error:
            raise GatewayError(f"no list of the day: {type(error).__name__}") from error

    return fetch
