"""One outgoing HTTP request, and every way in which it may fail to be answered as one error."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 64 * 1024


class NoAnswerError(RuntimeError):
    """Nobody knows whether it arrived: no connection, no time left, or bytes that are no HTTP."""


@dataclass(frozen=True)
class Answer:
    """Status and the first bytes of an answer, whatever the status."""

    status: int
    body: bytes

    def fields(self) -> dict[str, Any]:
        """The JSON object of the body; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def ask(
    url: str,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "",
    seconds: float,
    most: int = MOST_BYTES,
) -> Answer:
    """Send one request and read at most `most` bytes of the answer; POST with `data`, else GET, unless `method` says.

    `seconds` is the longest wait for each step of the connection. Raises NoAnswerError.
    """
    if not url.startswith(("http://", "https://")):  # no file, no other scheme
        raise NoAnswerError("no http address is configured")
    try:
        request = urllib.request.Request(url, data, dict(headers or {}), method=method or None)  # noqa: S310 - checked above
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - checked above
            return Answer(answer.status, answer.read(most))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _rest(error, most))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoAnswerError(type(error).__name__) from error


def _rest(error: urllib.error.HTTPError, most: int) -> bytes:
    """What came behind a status that tells enough by itself."""
    try:
        return error.read(most)
    except (OSError, http.client.HTTPException):
        return b""
