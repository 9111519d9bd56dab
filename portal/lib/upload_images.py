"""JPG and PNG uploads: only what draws the picture stays, the pixels are not touched.

Copying the drawing segments costs a millisecond where decoding and encoding a phone picture costs a third
of a second, and a scanned paper stays exactly as it was scanned.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _
from PIL import Image

MAX_PIXELS = 52_000_000
MAX_SIDE = 20_000
MAX_SCANS = 100  # a progressive picture has about ten; thousands are an attack on the decoder
PREVIEW_SIDE = 256

# PNG chunks that draw; text, time, EXIF and unknown ones go, and so do APNG frames (fcTL, fdAT).
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = set(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs".split())
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

_EOI, _SOS, _APP0, _APP2, _APP14, _COM = 0xD9, 0xDA, 0xE0, 0xE2, 0xEE, 0xFE
_APPS = range(0xE0, 0xF0)
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ORIENTATION_TAG = 0x0112


def harmless(data: bytes, content_type: str) -> bytes:
    """Nothing but the picture. Raises BadUpload when it cannot be drawn or is too large."""
    from portal.lib.uploads import BadUpload

    try:
        return _clean_jpeg(data) if content_type == "image/jpeg" else _clean_png(data)
    except (OSError, ValueError, LookupError, SyntaxError, struct.error, zlib.error):
        raise BadUpload(_("Ảnh bị hỏng, không mở được. Hãy chụp hoặc quét lại.")) from None


def _check_size(width: int, height: int) -> None:
    from portal.lib.uploads import BadUpload

    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise BadUpload(
            _("Ảnh có quá nhiều điểm ảnh. Hãy chụp hoặc quét ở độ phân giải thấp hơn (300 dpi là đủ).")
        )


# --- JPG -----------------------------------------------------------------------------------------------------


def _clean_jpeg(data: bytes) -> bytes:
    """SOI, JFIF, orientation, colour profile, tables, scans, EOI; nothing else and nothing behind."""
    segments = list(_jpeg_segments(data))
    sizes = [struct.unpack(">HH", segment[5:9]) for marker, segment in segments if marker in _FRAMES]
    scans = sum(marker == _SOS for marker, _segment in segments)
    if len(sizes) != 1 or not 0 < scans <= MAX_SCANS:
        raise ValueError("not one picture")
    _check_size(*sizes[0])
    orientation = _orientation(data)
    parts = [b"\xff\xd8"]
    parts += [segment for marker, segment in segments if marker == _APP0 and segment[4:8] == b"JFIF"][:1]
    if orientation != 1:
        parts.append(_orientation_segment(orientation))
    parts += [segment for marker, segment in segments if marker != _APP0 and _jpeg_kept(marker, segment)]
    return b"".join([*parts, b"\xff\xd9"])


def _orientation(data: bytes) -> int:
    """The EXIF orientation (1 to 8) of a picture that really decodes, tried at an eighth of its size."""
    with Image.open(io.BytesIO(data), formats=["JPEG", "MPO"]) as image:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
        image.draft("RGB", (PREVIEW_SIDE, PREVIEW_SIDE))
        image.load()
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _jpeg_kept(marker: int, segment: bytes) -> bool:
    if marker == _APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    if marker == _APP14:
        return segment[4:9] == b"Adobe"
    return marker not in _APPS and marker != _COM


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment up to the first EOI; a scan's data belongs to its SOS segment."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no SOI")
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("marker expected")
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            return
        end = at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker == _SOS:
            end = _scan_end(data, end)
        if end > len(data):
            raise ValueError("segment beyond the end")
        yield marker, data[at:end]
        at = end


def _scan_end(data: bytes, at: int) -> int:
    """Where a scan's entropy-coded data ends: the next marker that is neither stuffing nor a restart."""
    while True:
        at = data.index(b"\xff", at)
        follower = data[at + 1]
        if follower == 0xFF:
            at += 1
        elif follower == 0x00 or 0xD0 <= follower <= 0xD7:
            at += 2
        else:
            return at


def _orientation_segment(orientation: int) -> bytes:
    """An APP1 segment holding the orientation and nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION_TAG, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# --- PNG -----------------------------------------------------------------------------------------------------


def _clean_png(data: bytes) -> bytes:
    """The kept chunks up to IEND, when their picture is complete."""
    chunks = [(kind, chunk) for kind, chunk in _png_chunks(data) if kind in _PNG_KEPT]
    kind, header = chunks[0]
    if kind != b"IHDR":
        raise ValueError("no header")
    width, height, depth, colour, _compression, _filter, interlaced = struct.unpack(">IIBBBBB", header[8:-4])
    _check_size(width, height)
    expected = height * (1 + (width * depth * _PNG_CHANNELS[colour] + 7) // 8)
    _check_pixels((chunk[8:-4] for kind, chunk in chunks if kind == b"IDAT"), expected, bool(interlaced))
    return _PNG_SIGNATURE + b"".join(chunk for _kind, chunk in chunks)


def _check_pixels(parts: Iterator[bytes], expected: int, interlaced: bool) -> None:
    """Unpack the pixels without keeping them: exactly as many bytes as the header promises, or ValueError.

    The passes of an interlaced picture have rows of their own, so their sum may be a little more.
    """
    unpacker, count = zlib.decompressobj(), 0
    limit = expected * 2 + 4096 if interlaced else expected
    for part in parts:
        rest = part
        while rest:
            count += len(unpacker.decompress(rest, 1 << 20))
            rest = unpacker.unconsumed_tail
            if count > limit:
                raise ValueError("more pixels than promised")
    if count < expected or not unpacker.eof:
        raise ValueError("incomplete")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and bytes of each chunk up to IEND; ValueError when a checksum is wrong."""
    at, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at : at + 12 + length]
        if len(chunk) != 12 + length or struct.unpack(">I", chunk[-4:])[0] != zlib.crc32(chunk[4:-4]):
            raise ValueError("broken chunk")
        yield kind, chunk
        at += len(chunk)
