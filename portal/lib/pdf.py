"""PDF documents by WeasyPrint: PDF/A-3b, Vietnamese, two faces of one serif, nothing fetched from anywhere.

One font configuration and one parsed style sheet serve the whole process: that halves the time of a document
and keeps memory flat. WeasyPrint is imported when the first document is made (1.4 s), so only workers pay.
"""

from __future__ import annotations

import atexit
import base64
import functools
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

STYLE_SHEET = Path("templates/print/print.css")
FONTS = {"regular": "SourceSerifPro-Regular.ttf", "bold": "SourceSerifPro-Bold.ttf"}
FONT_SCHEME = "font:"
OWN_PICTURE = "data:image/png;base64,"
VARIANT = "pdf/a-3b"

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_SIGNS = "đĐ₫–—“”…·×0123456789"


class PdfError(RuntimeError):
    """A document cannot be made here; the message says what is missing."""


@dataclass(frozen=True)
class _Press:
    """What all documents of a process share."""

    html: Any
    fonts: Any
    styles: Any
    fetch: Any


@dataclass(frozen=True)
class Enclosure:
    """A file a PDF/A-3 carries as the data it shows (AFRelationship Data)."""

    name: str
    data: bytes
    description: str


def render(
    template: str, context: dict[str, Any], *, title: str, enclosures: Sequence[Enclosure] = ()
) -> bytes:
    """The PDF of a print template; documents are Vietnamese whatever language the reader chose.

    Raises PdfError when the libraries or the fonts are missing.
    """
    with translation.override("vi"):
        text = render_to_string(template, {**context, "pdf_title": title})
    return render_html(text, enclosures)


def render_html(text: str, enclosures: Sequence[Enclosure] = ()) -> bytes:
    """The PDF of a whole HTML document; its `<title>` and `lang` become the metadata."""
    press = _press()
    document = press.html(string=text, url_fetcher=press.fetch, base_url=None)
    data: bytes = document.write_pdf(
        stylesheets=[press.styles],
        font_config=press.fonts,
        pdf_variant=VARIANT,
        optimize_images=False,
        attachments=[_attachment(one) for one in enclosures],
    )
    return data


def _attachment(enclosure: Enclosure) -> Any:
    from weasyprint import Attachment

    return Attachment(
        string=enclosure.data,
        name=enclosure.name,
        description=enclosure.description,
        relationship="Data",
    )


def enclosed(data: bytes, name: str) -> bytes | None:
    """The file called `name` that a PDF of ours carries; None when it carries none of that name."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as document:
        if name not in document.attachments:
            return None
        return bytes(document.attachments[name].get_file().read_bytes())


@functools.lru_cache(maxsize=1)
def _press() -> _Press:
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise PdfError(
            "PDF documents need the packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from error
    check_fonts()
    fonts, fetch = FontConfiguration(), fetcher()
    sheet = (settings.BASE_DIR / STYLE_SHEET).read_text(encoding="utf-8")
    styles = CSS(string=sheet, font_config=fonts, url_fetcher=fetch)
    atexit.register(_press.cache_clear)  # the fonts must go before the interpreter takes their library
    return _Press(HTML, fonts, styles, fetch)


def fetcher() -> Any:
    """A fetcher that knows the two fonts and pictures written into the page, nothing else: no network, no files."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):
        """Answers `font:regular`, `font:bold` and a PNG of the page's own."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ARG002 - their signature
            if url.startswith(OWN_PICTURE):
                picture = base64.b64decode(url.removeprefix(OWN_PICTURE), validate=True)
                return URLFetcherResponse(url, body=picture, headers={"Content-Type": "image/png"})
            name = url.removeprefix(FONT_SCHEME)
            if not url.startswith(FONT_SCHEME) or name not in FONTS:
                raise FatalURLFetchingError(f"a document tried to load {url[:80]!r}")
            return URLFetcherResponse(
                url, body=font_path(name).read_bytes(), headers={"Content-Type": "font/ttf"}
            )

    return OwnFilesOnly(allowed_protocols=())


def font_path(face: str) -> Path:
    """The file of a face from the installed font package. Raises PdfError when the package is missing."""
    try:
        import font_source_serif_pro
    except ImportError as error:
        raise PdfError("PDF documents need the Python package font-source-serif-pro") from error
    return Path(font_source_serif_pro.font_directory) / FONTS[face]


def vietnamese_letters() -> set[str]:
    """Every letter of Vietnamese in both cases with every tone, the đồng sign and the signs of the forms."""
    lower = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES}
    return lower | {letter.upper() for letter in lower} | set(_SIGNS)


def check_fonts() -> None:
    """Raise PdfError naming the letters a face lacks: no document may fall back to another font unseen."""
    for face in FONTS:
        missing = sorted(vietnamese_letters() - _letters_of(font_path(face)))
        if missing:
            raise PdfError(f"font {FONTS[face]} lacks {len(missing)} letters: {''.join(missing)}")


def _letters_of(path: Path) -> set[str]:
    from fontTools.ttLib import TTFont

    try:
        with TTFont(path, lazy=True) as font:
            return {chr(code) for code in font.getBestCmap()}
    except OSError as error:
        raise PdfError(f"font {path.name} is not there") from error
