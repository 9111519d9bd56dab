"""PDF documents: letters, metadata, PDF/A, and nothing fetched from anywhere."""

from __future__ import annotations

import io
import unicodedata

import pikepdf
import pytest

from portal.lib import pdf
from portal.lib.barcode import code128, symbols

PAGE = '<!doctype html><html lang="vi"><head><title>{}</title></head><body>{}</body></html>'


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def test_every_vietnamese_letter_is_printed_in_the_documents_own_faces() -> None:
    letters = "".join(sorted(pdf.vietnamese_letters()))
    assert len([char for char in letters if unicodedata.category(char)[0] == "L"]) == 2 * (12 * 6 + 1)

    with opened(pdf.render_html(PAGE.format("Thử", f"<p>{letters}</p><p><b>{letters}</b></p>"))) as found:
        fonts = {str(entry.BaseFont) for entry in found.objects if _is_font(entry)}

    assert {name.split("+")[1] for name in fonts} == {"Document", "Document-Bold"}


def _is_font(entry: object) -> bool:
    return isinstance(entry, pikepdf.Dictionary) and entry.get("/Type") == "/Font" and "/BaseFont" in entry


def test_the_result_is_pdf_a_3b_in_vietnamese_with_its_title() -> None:
    with opened(pdf.render_html(PAGE.format("Giấy tiếp nhận 1/2026/TNHS", "<p>Xin chào</p>"))) as found:
        metadata = found.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        assert metadata["dc:title"] == "Giấy tiếp nhận 1/2026/TNHS"
        assert str(found.Root.Lang) == "vi"
        assert "/OutputIntents" in found.Root


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="http://169.254.169.254/latest/">',
        '<img src="file:///etc/passwd">',
        '<link rel="stylesheet" href="https://example.com/a.css">',
        '<object data="file:///etc/passwd"></object>',
        '<p style="background:url(ftp://example.com/a)">x</p>',
        '<style>@import url("file:///etc/passwd");</style>',
        '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
        '<link rel="stylesheet" href="data:text/css,p{color:red}">',
        '<img src="data:image/png,%89PNG">',
    ],
)
def test_nothing_is_fetched(markup: str) -> None:
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError, match="tried to load"):
        pdf.render_html(PAGE.format("x", markup))


def test_a_relative_address_leads_nowhere() -> None:
    with opened(
        pdf.render_html(PAGE.format("x", '<img src="//example.com/a.png"><img src="../../etc/passwd">'))
    ) as found:
        assert len(found.pages) == 1


def test_a_font_without_a_letter_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pdf.FONTS, "bold", "SourceSerifPro-It.ttf")

    with pytest.raises(pdf.PdfError, match=r"SourceSerifPro-It\.ttf lacks \d+ letters"):
        pdf.check_fonts()


def test_a_missing_font_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pdf.FONTS, "bold", "Nowhere.ttf")

    with pytest.raises(pdf.PdfError, match="not there"):
        pdf.check_fonts()


def test_code_128_of_a_known_text() -> None:
    # The usual worked example has start A (103) and check 54; start B (104) makes the check one more.
    assert symbols("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]


def test_code_128_refuses_what_it_cannot_show() -> None:
    for text in ("", "Đ", "a\n"):
        with pytest.raises(ValueError, match="printable ASCII"):
            symbols(text)


def test_code_128_bars_fill_the_width() -> None:
    svg = code128("H26-1")

    assert f'viewBox="0 0 {11 * (5 + 2) + 13 + 20} 1"' in svg
    assert svg.count("M") == 3 * (5 + 2) + 4
