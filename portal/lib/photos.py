"""Photos of a paper as one PDF: upright, as large as A4 at 200 dpi needs, one page each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from PIL import Image, ImageOps

DPI = 200
A4_SHORT, A4_LONG = 1654, 2339  # pixels of A4 at DPI
QUALITY = 80


def as_pdf(photos: Iterable[BinaryIO]) -> bytes:
    """One PDF of these JPG or PNG files, a page each, in order. Raises ValueError without any photo.

    Only one picture is open at a time, and a JPG is decoded at the size it is needed in: thirty phone photos
    cost the memory of one.
    """
    pages = _pages(photos)
    page = next(pages, None)
    if page is None:
        raise ValueError("no photo")
    out = io.BytesIO()
    page.save(out, "PDF", save_all=True, append_images=pages, resolution=DPI, quality=QUALITY)
    return out.getvalue()


def _pages(photos: Iterable[BinaryIO]) -> Iterator[Image.Image]:
    for photo in photos:
        with Image.open(photo, formats=["JPEG", "PNG"]) as image:
            yield _page(image)


def _page(image: Image.Image) -> Image.Image:
    """Upright, on white, within A4 (lying where the photo lies)."""
    image.draft("RGB", (A4_LONG, A4_LONG))
    upright = ImageOps.exif_transpose(image)
    if upright.mode in {"RGBA", "LA", "P", "PA"}:
        on_top = upright.convert("RGBA")
        upright = Image.new("RGB", on_top.size, "white")
        upright.paste(on_top, mask=on_top.getchannel("A"))
    elif upright.mode != "L":
        upright = upright.convert("RGB")
    lies = upright.width > upright.height
    upright.thumbnail((A4_LONG, A4_SHORT) if lies else (A4_SHORT, A4_LONG), Image.Resampling.LANCZOS)
    return upright
