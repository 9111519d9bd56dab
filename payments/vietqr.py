"""VietQR payloads by the NAPAS format 1.0 (09/2021): EMVCo TLV with a CRC. Pure; vectors: docs/payments.md."""

from __future__ import annotations

import re
from collections.abc import Mapping

AID = "A000000727"
TO_ACCOUNT, TO_CARD = "QRIBFTTA", "QRIBFTTC"
STATIC, DYNAMIC = "11", "12"
VND, VIETNAM = "704", "VN"
MOST_PURPOSE = 25
Fields = dict[str, str]


class BadPayloadError(ValueError):
    """A payload does not follow the format."""


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE in four upper-case hex digits ("123456789" -> "29B1")."""
    value = 0xFFFF
    for byte in text.encode("ascii"):
        value ^= byte << 8
        for _bit in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        value &= 0xFFFF
    return f"{value:04X}"


def tlv(fields: Mapping[str, str]) -> str:
    """Identifier, length and value of each field, in the given order. Raises BadPayloadError for a bad length."""
    for name, value in fields.items():
        if not 1 <= len(value) <= 99:
            raise BadPayloadError(f"field {name} has {len(value)} characters")
    return "".join(f"{name}{len(value):02d}{value}" for name, value in fields.items())


def payload(
    *,
    bank_bin: str,
    number: str,
    amount: int | None = None,
    purpose: str = "",
    bill: str = "",
    service: str = TO_ACCOUNT,
) -> str:
    """The text of the QR code: to `number` at the bank, `amount` in whole VND (None: static, the payer types it).

    `purpose` becomes the transfer text: ASCII, at most 25 characters. Raises BadPayloadError.
    """
    if not re.fullmatch(r"\d{6}", bank_bin) or not re.fullmatch(r"[0-9A-Za-z]{1,19}", number):
        raise BadPayloadError("bank or account number")
    if amount is not None and not 0 < amount < 10**13:
        raise BadPayloadError("amount")
    if not (purpose.isascii() and bill.isascii()) or max(len(purpose), len(bill)) > MOST_PURPOSE:
        raise BadPayloadError("purpose")
    account = tlv({"00": AID, "01": tlv({"00": bank_bin, "01": number}), "02": service})
    fields = {"00": "01", "01": STATIC if amount is None else DYNAMIC, "38": account, "53": VND}
    fields |= {"54": str(amount)} if amount is not None else {}
    fields |= {"58": VIETNAM}
    more = {name: value for name, value in (("01", bill), ("08", purpose)) if value}
    fields |= {"62": tlv(more)} if more else {}
    body = f"{tlv(fields)}6304"
    return body + crc(body)


def parse(text: str) -> Fields:
    """The fields of a payload, those of 38 and 62 as "38.01.00" and so on.

    Strict: raises BadPayloadError for a wrong CRC, an inner length that does not fit, a repeated field.
    """
    if len(text) < 8 or text[-8:-4] != "6304" or not text.isascii() or crc(text[:-4]) != text[-4:]:
        raise BadPayloadError("CRC")
    fields = _split(text, "")
    if next(iter(fields)) != "00" or list(fields)[-1] != "63":
        raise BadPayloadError("order")
    for name in ("38", "62"):
        if name in fields:
            fields |= _split(fields[name], f"{name}.")
    if "38.01" in fields:
        fields |= _split(fields["38.01"], "38.01.")
    return fields


def _split(text: str, prefix: str) -> Fields:
    found: Fields = {}
    while text:
        name, length = text[:2], text[2:4]
        if not (name.isdigit() and length.isdigit()) or len(text) < 4 + int(length) or int(length) == 0:
            raise BadPayloadError(f"field {prefix}{name}")
        if f"{prefix}{name}" in found:
            raise BadPayloadError(f"field {prefix}{name} twice")
        found[f"{prefix}{name}"], text = text[4 : 4 + int(length)], text[4 + int(length) :]
    return found
