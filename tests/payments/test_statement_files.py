"""Statement files of every format: what is read, what is damaged, and the key a line is known by."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from payments.statements import Row, StatementError, read, row_keys
from payments.statements.base import ZONE, BadCellError, read_amount, read_moment

CSV = """Ngân hàng TMCP Việt Nam Thịnh Vượng
Số tài khoản: 190368686868

STT,Ngày giao dịch,Số tiền ghi nợ,Số tiền ghi có,Số dư,Nội dung,Số tham chiếu,Tên đối tác
1,24/11/2026 10:15:30,,"100,000","1,100,000",HNP2222222A nop phi,FT26328001,NGUYEN THI ANH
2,24/11/2026,"50,000",,"1,050,000",Phi dich vu,FT26328002,
3,32/11/2026,,"10,000",,hong ngay,FT26328003,
4,25/11/2026,,mười nghìn,,hỏng tiền,FT26328004,
5,25/11/2026,,"1.5",,le xu,FT26328005,

Tổng cộng,,"50,000","110,000",,,,
"""


def test_a_csv_as_banks_write_it() -> None:
    parsed = read(CSV.encode())
    assert (parsed.kind, parsed.account) == ("csv", "190368686868")
    assert [(row.line, row.amount, row.reference) for row in parsed.rows] == [
        (5, 100_000, "FT26328001"),
        (6, -50_000, "FT26328002"),
    ]
    first = parsed.rows[0]
    assert first.booked_at == datetime.datetime(2026, 11, 24, 10, 15, 30, tzinfo=ZONE)
    assert (first.payer, first.currency) == ("NGUYEN THI ANH", "VND")
    assert [(bad.line, bad.reason) for bad in parsed.bad] == [(7, "day"), (8, "amount"), (9, "amount")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_marks(encoding: str, mark: str) -> None:
    rows = [["Ngày", "Số tiền", "Diễn giải"], ["2026-11-24", "+100000", "Trần Thị Lá"]]
    parsed = read("\n".join(mark.join(cells) for cells in rows).encode(encoding))
    assert [(row.amount, row.text) for row in parsed.rows] == [(100_000, "Trần Thị Lá")]


def workbook(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"})
    book.add_worksheet("Trang bìa").write_row(0, 0, ["Sao kê"])
    sheet = book.add_worksheet("Giao dịch")
    for number, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            (sheet.write_datetime if isinstance(cell, datetime.datetime) else sheet.write)(
                number, place, cell
            )
    book.close()
    return out.getvalue()


def test_a_workbook() -> None:
    parsed = read(
        workbook(
            [
                ["Transaction date", "Credit", "Debit", "Description", "Transaction no"],
                [datetime.datetime(2026, 11, 24), 100000, "", "HNP2222222A", 26328001],
                ["24/11/2026", "", "5.000", "phi", "A2"],
                ["hôm qua", 1, "", "x", "A3"],
            ]
        )
    )
    assert parsed.kind == "xlsx"
    assert [(row.line, row.amount, row.reference) for row in parsed.rows] == [
        (2, 100_000, "26328001"),
        (3, -5000, "A2"),
    ]
    assert [(bad.line, bad.reason) for bad in parsed.bad] == [(4, "day")]


MT940 = """:20:STARTUMSE
:25:970432/190368686868
:28C:00001/001
:60F:C261123VND1000000,
:61:2611241124C100000,NTRFNONREF//FT26328001
:86:HNP2222222A nop phi
 tiep dong hai
:61:2611241124D50000,NCHGNONREF//FT26328002
:86:Phi dich vu
:61:26XX241124C1,NTRF
:86:hong
:61:2611251125C20000,NTRFKH123
:86:chuyen tien
:62F:C261125VND1070000,
-
"""


def test_mt940_loses_one_damaged_line_only() -> None:
    parsed = read(MT940.encode())
    assert (parsed.kind, parsed.account) == ("mt940", "190368686868")
    assert [(row.line, row.amount, row.reference, row.currency) for row in parsed.rows] == [
        (5, 100_000, "FT26328001", "VND"),
        (8, -50_000, "FT26328002", "VND"),
        (12, 20_000, "KH123", "VND"),
    ]
    assert "HNP2222222A" in parsed.rows[0].text
    assert [(bad.line, bad.reason) for bad in parsed.bad] == [(10, "unreadable")]


def entry(
    amount: str, side: str = "CRDT", *, day: str = "2026-11-24", more: str = "", ref: str = "FT1"
) -> str:
    return (
        f'<Ntry><NtryRef>{ref}</NtryRef><Amt Ccy="VND">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls>{more}</NtryDtls></Ntry>"
    )


def camt(*entries: str, doctype: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
        "<Acct><Id><Othr><Id>190368686868</Id></Othr></Id></Acct>"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def detail(amount: str, text: str) -> str:
    return (
        f'<TxDtls><Amt Ccy="VND">{amount}</Amt><RltdPties><Dbtr><Pty><Nm>TRAN THI LA</Nm></Pty></Dbtr></RltdPties>'
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )


def test_camt_with_a_batch_and_damage() -> None:
    batch = detail("60000", "HNP2222222A") + detail("40000", "khac")
    wrong = detail("60000", "a") + detail("1", "b")
    parsed = read(
        camt(
            entry("100000.00", more=batch),
            entry("5000", "DBIT", ref="FT2"),
            entry("1", "XXXX"),
            entry("1", day="2026-13-01"),
            entry("100000", more=wrong),
        )
    )
    assert (parsed.kind, parsed.account) == ("camt053", "190368686868")
    assert [(row.amount, row.reference, row.text) for row in parsed.rows] == [
        (60_000, "FT1/1", "HNP2222222A"),
        (40_000, "FT1/2", "khac"),
        (-5000, "FT2", ""),
    ]
    assert parsed.rows[0].payer == "TRAN THI LA"
    assert [bad.reason for bad in parsed.bad] == ["amount", "day", "batch"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"x" * 6_000_000, "too_large"),
        (b"a,b,c\n1,2,3", "no_heading"),
        ("Ngày,Nội dung,Số tiền\n".encode(), "no_rows"),
        (b"PK\x03\x04 no workbook", "unreadable"),
        (b"<html><body>hello</body></html>", "unreadable"),
        (b"<Document><BkToCstmrStmt>", "unreadable"),
        (camt(entry("1"), doctype='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), "unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_statement(data: bytes, reason: str) -> None:
    with pytest.raises(StatementError, match=reason):
        read(data)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1.000.000", 1_000_000),
        ("1,000,000.00", 1_000_000),
        ("-50.000,00", -50_000),
        ("100000 VND", 100_000),
        (100000.0, 100_000),
        ("", 0),
        (None, 0),
        ("-", 0),
    ],
)
def test_amounts_as_banks_write_them(cell: object, amount: int) -> None:
    assert read_amount(cell) == amount


@pytest.mark.parametrize("cell", ["1.5", "abc", "1,00,000", "10.50", 0.5, "9" * 20, float("nan"), "１００"])
def test_what_is_no_amount(cell: object) -> None:
    with pytest.raises(BadCellError):
        read_amount(cell)


@given(st.text(max_size=30))
def test_reading_a_cell_never_breaks(text: str) -> None:
    for reader in (read_amount, read_moment):
        try:
            reader(text)
        except BadCellError:
            continue


def row(**changes: Any) -> Row:
    values = {"line": 1, "amount": 1000, "currency": "VND", "reference": "", "text": "a", **changes}
    return Row(booked_at=datetime.datetime(2026, 11, 24, 8, tzinfo=ZONE), **values)


def test_keys() -> None:
    """With the bank's reference the text does not matter; without one the second equal line is doubtful."""
    same = row_keys("1", [row(reference="F1"), row(reference="F1", text="khác", line=9)])
    assert same[0][1] == same[1][1]
    assert [doubtful for _row, _key, doubtful in same] == [False, False]
    equal = row_keys("1", [row(), row(line=2), row(text="b")])
    assert len({key for _row, key, _doubtful in equal}) == 3
    assert [doubtful for _row, _key, doubtful in equal] == [False, True, False]
    assert row_keys("1", [row()])[0][1] == equal[0][1] != row_keys("2", [row()])[0][1]
