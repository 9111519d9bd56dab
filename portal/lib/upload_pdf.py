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
MAX_TABLE_BYTES = 64 * 1024 * 1024  # unpacked object streams and cross-reference streams
MAX_DEPTH = 60

_HARMLESS_ACTIONS = {"/GoTo", "/URI", "/Named"}
_ACTING_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_ACTING_KEYS = ("/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent")
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"\bstream(?:\r\n|\n)")


def harmless(data: bytes) -> bytes:
    """The document without anything that acts (see portal.lib.uploads). Raises BadUpload with the reason."""
    import pikepdf

    from portal.lib.uploads import BadUpload

    _refuse_bombs(data)
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True, attempt_recovery=False) as pdf:
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
            if key in entry and not _is_resource(entry):
                self._drop(entry, key)
        if _is_action(entry) and str(entry["/S"]) not in _HARMLESS_ACTIONS:
            self._drop(entry, "/S")
        for key in ("/AA", "/OpenAction"):
            if key in entry and _acts(entry[key]):
                self._drop(entry, key)
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


def _is_action(entry: Any) -> bool:
    """Whether a dictionary is an action: /S names its kind (structure elements and borders use /S too)."""
    import pikepdf

    kind = entry.get("/S")
    if not isinstance(kind, pikepdf.Name) or str(entry.get("/Type", "/Action")) != "/Action":
        return False
    return str(kind) in _HARMLESS_ACTIONS or str(kind) in _ACTIONS


_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/GoTo3DView", "/Rendition",
    "/RichMediaExecute", "/Sound", "/Movie", "/Hide", "/ResetForm", "/SetOCGState", "/Trans", "/Thread",
}  # fmt: skip


def _is_resource(entry: Any) -> bool:
    """Whether a dictionary names fonts or pictures, whose names the writer chose freely."""
    return all(_get(entry.get(key), "/Type") is not None for key in entry.keys())  # noqa: SIM118 - no iteration


def _acts(value: Any) -> bool:
    """Whether a value is an action or a table of actions; a plain destination is not."""
    import pikepdf

    if not isinstance(value, pikepdf.Dictionary):
        return False
    return "/S" in value or any(
        "/S" in child for child in value.values() if isinstance(child, pikepdf.Dictionary)
    )


def _refuse_bombs(data: bytes) -> None:
    """Refuse tables that unpack to more than MAX_TABLE_BYTES: qpdf unpacks those, and only those, when opening."""
    from portal.lib.uploads import BadUpload

    unpacked = 0
    for match in _STREAM.finditer(data):
        start = data.rfind(b"obj", 0, match.start())
        words = _HEX_NAME.sub(lambda code: bytes([int(code[1], 16)]), data[start : match.start()])
        if not (b"/First" in words or b"/W" in words):
            continue
        if words.count(b"Decode") > words.count(b"/DecodeParms") + 1:
            raise BadUpload(_broken())
        unpacked += _unpacked(data[match.end() :], MAX_TABLE_BYTES - unpacked)
        if unpacked >= MAX_TABLE_BYTES:
            raise BadUpload(_("Tệp PDF nén quá mức nên không thể nhận. Hãy xuất hoặc quét lại."))


def _unpacked(data: bytes, limit: int) -> int:
    """Bytes a deflated stream unpacks to, at most `limit`; 0 for what is not deflated."""
    try:
        return len(zlib.decompressobj().decompress(data, max(limit, 1)))
    except zlib.error:
        return 0
