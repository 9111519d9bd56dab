"""Photos as one PDF: upright, within A4, one a page."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from portal.lib.photos import A4_LONG, A4_SHORT, DPI, as_pdf


def _file(image: Image.Image, kind: str = "JPEG", orientation: int = 1) -> io.BytesIO:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    image.save(out, kind, exif=exif.tobytes())
    out.seek(0)
    return out


def _page(photo: io.BytesIO) -> Image.Image:
    """The picture on the page as it is seen."""
    with pikepdf.open(io.BytesIO(as_pdf([photo]))) as document:
        (found,) = document.pages[0].get_images().values()
        return pikepdf.PdfImage(found).as_pil_image()


def test_a_photo_held_sideways_stands_upright() -> None:
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("red", (0, 0, 200, 200))  # the left half: the top, once turned by the camera's note
    turned = _page(_file(picture, orientation=6))
    assert turned.size == (200, 400)
    red, _green, blue = turned.convert("RGB").getpixel((100, 50))  # type: ignore[misc]
    assert red > 200
    assert blue < 80


def test_a_page_is_never_larger_than_a4_at_a_readable_size() -> None:
    assert _page(_file(Image.new("RGB", (3000, 4000)))).size == (A4_SHORT, round(A4_SHORT * 4 / 3))
    assert _page(_file(Image.new("L", (8000, 2000)))).width == A4_LONG
    data = as_pdf([_file(Image.new("RGB", (3000, 4000)))])
    with pikepdf.open(io.BytesIO(data)) as document:
        width = float(document.pages[0].mediabox[2])
    assert width == pytest.approx(A4_SHORT / DPI * 72, abs=1)


def test_what_is_transparent_becomes_white() -> None:
    picture = _page(_file(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    assert picture.convert("RGB").getpixel((25, 25)) == (255, 255, 255)


def test_each_photo_is_a_page_in_order() -> None:
    data = as_pdf(_file(Image.new("RGB", (100 * n, 300))) for n in (1, 2, 3))
    with pikepdf.open(io.BytesIO(data)) as document:
        widths = [float(page.mediabox[2]) for page in document.pages]
    assert widths == sorted(widths)
    assert len(widths) == 3


def test_nothing_makes_no_file() -> None:
    with pytest.raises(ValueError, match="no photo"):
        as_pdf([])
