"""CAMT.053 (ISO 20022) of any version: no entity is resolved, nothing is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from payments.statements.base import (
    BadCellError,
    BadRow,
    Parsed,
    Row,
    StatementError,
    read_amount,
    read_moment,
    tidy,
)

if TYPE_CHECKING:
    from lxml.etree import _Element as Node

_ROOT = "BkToCstmrStmt"


def read(data: bytes) -> Parsed:
    """The entries of every statement in the file. Raises StatementError for anything but CAMT.053."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise StatementError("unreadable") from error
    if root.getroottree().docinfo.doctype or not _all(root, _ROOT):
        raise StatementError("unreadable")
    rows: list[Row] = []
    bad: list[BadRow] = []
    for entry in _all(root, "Ntry"):
        try:
            rows += _rows(entry)
        except BadCellError as error:
            bad.append(BadRow(int(entry.sourceline or 0), str(error)))
    return Parsed(
        "camt053", _text(root, "Stmt/Acct/Id/Othr/Id") or _text(root, "Stmt/Acct/Id/IBAN"), rows, bad
    )


def _all(node: Node, path: str) -> list[Node]:
    """Descendants along local names, whatever the version's namespace."""
    steps = "/".join(f"*[local-name()='{name}']" for name in path.split("/"))
    found: Any = node.xpath(f".//{steps}")
    return list(found)


def _text(node: Node, path: str) -> str:
    found = _all(node, path)
    return tidy(found[0].text, 500) if found else ""


def _rows(entry: Node) -> list[Row]:
    """One row an entry; a batch whose parts add up to it gives one row a part."""
    total = _signed(entry, _child(entry, "Amt"))
    parts = _all(entry, "NtryDtls/TxDtls")
    if len(parts) < 2:
        return [_row(entry, parts[0] if parts else entry, total, 0)]
    amounts = [_signed(entry, _amount_of(part)) for part in parts]
    if sum(amounts) != total:
        raise BadCellError("batch")
    pairs = enumerate(zip(parts, amounts, strict=True), 1)
    return [_row(entry, part, amount, place) for place, (part, amount) in pairs]


def _child(node: Node, name: str) -> Node | None:
    return next((each for each in node if etree.QName(each).localname == name), None)


def _amount_of(part: Node) -> Node | None:
    inner = _all(part, "TxAmt/Amt")
    return _child(part, "Amt") if _child(part, "Amt") is not None else (inner[0] if inner else None)


def _signed(entry: Node, amount: Node | None) -> int:
    if amount is None or not read_amount(amount.text):
        raise BadCellError("amount")
    side = _child(entry, "CdtDbtInd")
    sign = {"CRDT": 1, "DBIT": -1}.get(tidy(side.text, 4) if side is not None else "")
    if sign is None:
        raise BadCellError("amount")
    return sign * read_amount(amount.text)


def _row(entry: Node, part: Node, amount: int, place: int) -> Row:
    money = _child(entry, "Amt")
    booked = _text(entry, "BookgDt/DtTm")[:19] or _text(entry, "BookgDt/Dt")
    reference = _text(part, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    texts = [tidy(each.text, 500) for each in _all(part, "RmtInf/Ustrd")]
    payer = _text(part, "RltdPties/Dbtr/Nm") or _text(part, "RltdPties/Dbtr/Pty/Nm")
    return Row(
        line=int(entry.sourceline or 0),
        booked_at=read_moment(booked),
        amount=amount,
        currency=tidy(money.get("Ccy") if money is not None else "", 3) or "VND",
        reference=f"{reference}/{place}"[:60] if place and reference else reference[:60],
        text=" ".join(texts)[:500] or _text(entry, "AddtlNtryInf"),
        payer=payer[:200],
        payer_account=_text(part, "RltdPties/DbtrAcct/Id/Othr/Id")[:40],
    )
