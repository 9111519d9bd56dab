"""Summaries by HTTP: POST the signed XML, the answer is JSON. The portal's own shape, see `docs/payments.md`."""

from __future__ import annotations

from dataclasses import dataclass

from payments.tax.base import TaxAnswer, TaxError
from portal.lib.outgoing import Answer, NoAnswerError, ask

TIMEOUT_SECONDS = 10
TAKEN = {200, 201}
REFUSED = {400, 409, 422}


@dataclass(frozen=True)
class HttpAuthority:
    """One address that takes `POST <url>/<key>` with a bearer token."""

    url: str
    token: str

    def send(self, key: str, data: bytes) -> TaxAnswer:
        """201 or 200 with `{"code": …}`: taken; 400, 409, 422 with `{"error": …}`: refused; all else: unknown."""
        headers = {"Content-Type": "application/xml", "Authorization": f"Bearer {self.token}"}
        try:
            answer = ask(f"{self.url.rstrip('/')}/{key}", data, headers, seconds=TIMEOUT_SECONDS)
        except NoAnswerError as error:
            raise TaxError(f"the tax authority did not answer: {error}") from error
        if answer.status in REFUSED:
            return TaxAnswer(taken=False, code=_field(answer, "error"))
        if answer.status not in TAKEN:
            raise TaxError(f"the tax authority answered {answer.status}")
        return TaxAnswer(taken=True, code=_field(answer, "code"))


def _field(answer: Answer, name: str) -> str:
    value = answer.fields().get(name)
    if not isinstance(value, str) or not value:
        raise TaxError(f"the tax authority's answer has no {name}")
    return value[:80]
