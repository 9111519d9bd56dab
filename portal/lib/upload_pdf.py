"""PDF uploads: opened by qpdf, freed of everything that acts, saved again (or refused)."""

from __future__ import annotations

import io
import re
import zlib
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pikepdf

MAX_PAGES = 1_000
MAX_OBJECTS = 200_000
MAX_STREAM = 256 * 1024 * 1024  # unpacked; a blank A3 scan in colour at 600 dpi has 210 MB
MAX_UNPACKED = 1024 * 1024 * 1024  # all streams together
CHUNK = 1024 * 1024
MAX_DEPTH = 60

_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/GoTo3DView", "/Rendition",
    "/RichMediaExecute", "/Sound", "/Movie", "/Hide", "/ResetForm", "/SetOCGState", "/Thread",
}  # fmt: skip
_ACTING_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_ACTING_KEYS = ("/JavaScript", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/JS", "/EF")
_SHORT_KEYS = {"/JS", "/EF"}  # a font may be called so
_WEB = re.compile(r"(?i)(https?://|mailto:|tel:)")


def _name(name: str) -> re.Pattern[bytes]:
    """A PDF name in every spelling: any letter may be written #xx."""
    letters = (rf"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in name)
    return re.compile(("/" + "".join(letters)).encode())


_LZW, _OBJECT_STREAM = _name("LZWDecode"), _name("ObjStm")
_STREAM = re.compile(rb"stream(?:\r\n|\n|\r)")


def harmless(data: bytes) -> bytes:
    """The document without anything that acts (see portal.lib.uploads). Raises BadUpload with the reason."""
    import pikepdf

    from portal.lib.uploads import BadUpload

    _refuse_bombs(data)
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            return _saved(pdf, data)
    except pikepdf.PasswordError:
        raise BadUpload(_encrypted()) from None
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError, KeyError):
        raise BadUpload(_broken()) from None


def _broken() -> str:
    return _("Tệp PDF bị hỏng, không mở được. Hãy xuất hoặc quét lại.")


def _encrypted() -> str:
    return _("Tệp PDF đang đặt mật khẩu hoặc bị khóa. Hãy gỡ mật khẩu rồi tải lên lại.")


def _saved(pdf: pikepdf.Pdf, data: bytes) -> bytes:
    from portal.lib.uploads import BadUpload

    if pdf.is_encrypted:
        raise BadUpload(_encrypted())
    if not 0 < len(pdf.pages) <= MAX_PAGES or len(pdf.objects) > MAX_OBJECTS:
        raise BadUpload(_("Tệp PDF không có trang nào, hoặc quá dài. Hãy chia thành nhiều tệp."))
    walk = _Walk(pdf)
    if walk.signed:
        if walk.acting or _has_foreign_bytes(data):
            raise BadUpload(
                _("Tệp PDF có chữ ký số nhưng chứa nội dung tự chạy hoặc dữ liệu lạ, nên không thể nhận.")
            )
        return data
    return _save(pdf)


def _save(pdf: pikepdf.Pdf) -> bytes:
    """Saved again without unpacking any stream."""
    import pikepdf

    out = io.BytesIO()
    pdf.save(
        out,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,  # the same file sent again has the same hash, whatever the second
    )
    return out.getvalue()


def _has_foreign_bytes(data: bytes) -> bool:
    """Whether anything stands before the header or behind the last end mark."""
    return not data.startswith(b"%PDF-") or bool(data[data.rindex(b"%%EOF") + 5 :].strip())


class _Walk:
    """Visits every object once and takes out what acts; `acting` says whether there was anything."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.acting = False
        self.signed = False
        for entry in pdf.objects:
            self._visit(entry, 0)
        self._visit(pdf.trailer, 0)

    def _visit(self, entry: Any, depth: int) -> None:
        """A container and its direct children; indirect ones are visited by the loop over all objects."""
        import pikepdf

        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        if isinstance(entry, pikepdf.Array):
            for child in _direct(entry):
                self._visit(child, depth + 1)
        elif isinstance(entry, pikepdf.Dictionary | pikepdf.Stream):
            self._disarm(entry)
            for key in list(entry.keys()):
                child = entry.get(key)
                if isinstance(child, pikepdf.Object) and not child.is_indirect:
                    self._visit(child, depth + 1)

    def _disarm(self, entry: Any) -> None:
        if "/ByteRange" in entry and "/Contents" in entry:
            self.signed = True
        for key in _ACTING_KEYS:
            if key in entry and not (key in _SHORT_KEYS and _is_resource(entry)):
                self._drop(entry, key)
        if _is_acting(entry):
            self._drop(entry, "/S")
        if "/Annots" in entry:
            self._drop_annotations(entry)

    def _drop(self, entry: Any, key: str) -> None:
        self.acting = True
        del entry[key]

    def _drop_annotations(self, page: Any) -> None:
        import pikepdf

        annotations = page["/Annots"]
        if not isinstance(annotations, pikepdf.Array):
            return
        kept = [each for each in annotations if str(_get(each, "/Subtype")) not in _ACTING_ANNOTATIONS]
        if len(kept) != len(annotations):
            self.acting = True
            page["/Annots"] = pikepdf.Array(kept)


def _direct(array: Any) -> Iterator[Any]:
    import pikepdf

    return (child for child in array if isinstance(child, pikepdf.Object) and not child.is_indirect)


def _get(entry: Any, key: str) -> Any:
    import pikepdf

    return entry.get(key) if isinstance(entry, pikepdf.Dictionary | pikepdf.Stream) else None


def _is_acting(entry: Any) -> bool:
    """Whether a dictionary is an action that does more than show a page or a web address."""
    kind = str(entry.get("/S", ""))
    if kind == "/URI":
        return not _WEB.match(str(entry.get("/URI", "")))
    return kind in _ACTIONS and str(entry.get("/Type", "/Action")) == "/Action"


def _is_resource(entry: Any) -> bool:
    """Whether a dictionary names fonts or pictures, whose names the writer chose freely."""
    return all(_get(entry.get(key), "/Type") is not None for key in list(entry.keys()))


def _refuse_bombs(data: bytes) -> None:
    """Refuse a file one of whose deflated streams unpacks beyond all reason: qpdf unpacks some when opening.

    LZW, which packs as tightly, was given up before the streams qpdf must unpack existed; both are an attack.
    """
    from portal.lib.uploads import BadUpload

    if _LZW.search(data) and _OBJECT_STREAM.search(data):
        raise BadUpload(_broken())
    total = 0
    for match in _STREAM.finditer(data):
        total += _unpacked_size(memoryview(data)[match.end() :])
        if total > MAX_UNPACKED:
            raise BadUpload(_("Tệp PDF nén quá mức nên không thể nhận. Hãy xuất hoặc quét lại."))


def _unpacked_size(packed: memoryview) -> int:
    """Bytes a deflated stream unpacks to, counted up to just over its limit; 0 for what is not deflated.

    What is deflated twice counts as over the limit.
    """
    unpacker, count = zlib.decompressobj(), 0
    try:
        for at in range(0, len(packed), CHUNK):
            rest: bytes | memoryview = packed[at : at + CHUNK]
            while rest and not unpacker.eof:
                piece = unpacker.decompress(rest, CHUNK)
                if count == 0 and _is_deflated(piece):
                    return MAX_UNPACKED + 1
                count += len(piece)
                rest = unpacker.unconsumed_tail
                if count > MAX_STREAM:
                    return MAX_UNPACKED + 1
            if unpacker.eof:
                break
    except zlib.error:
        pass
    return count


def _is_deflated(piece: bytes) -> bool:
    if len(piece) < 64 or piece[0] != 0x78:
        return False
    try:
        return len(zlib.decompressobj().decompress(piece[:4096], 4096)) >= 64
    except zlib.error:
        return False
