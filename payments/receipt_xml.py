"""The data part of an electronic receipt as XML, and the daily summary. Pure; one place to replace.

The element names are the portal's own reading of the style of the tax authority's messages (data part and
signature part under one root): the published schema of receipts was not at hand, see `docs/payments.md` for what
is verified. Nothing else in the product knows a name of this vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

VERSION = "2.0.0"
NAME = "bien-lai.xml"
SUMMARY_FORM = "01/TH-BLĐT"


def receipt(content: Mapping[str, Any], key: str) -> bytes:
    """A receipt from its frozen contents (`payments.papers.receipt`); `key` identifies the document."""
    root = etree.Element("BLai")
    data = etree.SubElement(root, "DLBLai", Id=key)
    head = etree.SubElement(data, "TTChung")
    _add(head, "PBan", VERSION)
    _add(head, "TBLai", content["title"])
    _add(head, "KHMBLai", content["template_symbol"])
    _add(head, "KHBLai", content["symbol"])
    _add(head, "SBLai", content["number"])
    _add(head, "NLap", content["date"])
    _add(head, "DVTTe", "VND")
    if content.get("replaces"):
        _replaced(head, content["replaces"])
    body = etree.SubElement(data, "NDBLai")
    _party(body, "DVThu", content["collector"], content["collector_tax_code"], content["collector_address"])
    if content.get("delegate"):
        _party(body, "DVUNhiem", content["delegate"], "", content["delegate_address"])
    _party(body, "NNop", content["payer"], "", content["payer_address"])
    lines = etree.SubElement(body, "DSKThu")
    for number, line in enumerate(content["lines"], start=1):
        row = etree.SubElement(lines, "KThu")
        _add(row, "STT", str(number))
        _add(row, "Ten", line["name"])
        _add(row, "Tien", str(line["vnd"]))
    total = etree.SubElement(body, "TToan")
    _add(total, "TgTien", str(content["total_vnd"]))
    _add(total, "TgTienChu", content["words"])
    _add(total, "HTTToan", content["method"])
    _add(total, "MGDich", content["reference"])
    _add(body, "TTHC", content["procedure"])
    return _written(root)


def summary(head: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The daily summary of one collecting unit: what was issued, replaced, cancelled and found wrong."""
    root = etree.Element("THBLai")
    data = etree.SubElement(root, "DLTHBLai", Id=head["key"])
    for name, key in (
        ("MSo", "form"),
        ("Ngay", "day"),
        ("Lan", "part"),
        ("Ten", "name"),
        ("MST", "tax_code"),
    ):
        _add(data, name, head[key])
    listed = etree.SubElement(data, "DSBLai")
    for number, row in enumerate(rows, start=1):
        entry = etree.SubElement(listed, "BLai")
        _add(entry, "STT", str(number))
        for name, key in _ROW:
            _add(entry, name, str(row.get(key, "")))
    return _written(root)


_ROW = (
    ("KHMBLai", "template_symbol"),
    ("KHBLai", "symbol"),
    ("SBLai", "number"),
    ("NLap", "date"),
    ("TTBLai", "status"),
    ("TgTien", "total"),
    ("KHBLaiLQuan", "related_symbol"),
    ("SBLaiLQuan", "related_number"),
    ("LDo", "reason"),
)


def _replaced(head: etree._Element, old: Mapping[str, str]) -> None:
    related = etree.SubElement(head, "TTBLLQuan")
    _add(related, "TCBLai", "thay thế")
    for name, key in (
        ("KHMBLai", "template_symbol"),
        ("KHBLai", "symbol"),
        ("SBLai", "number"),
        ("NLap", "date"),
    ):
        _add(related, name, old[key])


def _party(parent: etree._Element, name: str, title: str, tax_code: str, address: str) -> None:
    party = etree.SubElement(parent, name)
    _add(party, "Ten", title)
    if tax_code:
        _add(party, "MST", tax_code)
    if address:
        _add(party, "DChi", address)


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = "".join(letter for letter in text if letter.isprintable())


def _written(root: etree._Element) -> bytes:
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data
