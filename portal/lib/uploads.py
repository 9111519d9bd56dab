"""Uploads: what a file is, decided by its content; what of it is kept; how it is given back.

Allowed are PDF, JPG and PNG. A file is opened structurally, never trusted by name or by the browser's word:

- PDF: broken or encrypted ones are refused. Scripts, launch and submit actions, embedded files and media are
  taken out by saving again, and with that every byte outside the document. A PDF with a digital signature
  would lose it by saving, so it is kept byte for byte when it is clean and refused when it is not.
- JPG and PNG: taken apart segment by segment; only what draws the picture stays (no EXIF, so no GPS; no
  comments; nothing behind the end), the pixels are not touched. A JPG keeps its orientation.

DOCX and XLSX are refused: the portal asks for papers to be read by anybody in twenty years.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import FileResponse
from django.utils.translation import gettext as _

from portal.lib import files

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MAX_NAME = 150
EXTENSIONS = {"application/pdf": ("pdf",), "image/jpeg": ("jpg", "jpeg"), "image/png": ("png",)}
DOWNLOAD_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")
_FORBIDDEN = re.compile(r'[<>:"|?*.]+')


class BadUpload(ValidationError):
    """A file that is not taken; `message` says why, in the reader's language. A form field may raise it."""


@dataclass(frozen=True)
class Checked:
    """What may be stored: a clean name, the type by content, the harmless bytes (see the module)."""

    name: str
    content_type: str
    content: bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


def check_upload(file: UploadedFile | BinaryIO, name: str = "") -> Checked:
    """The file as it may be stored. Raises BadUpload with the reason."""
    raw_name = name or getattr(file, "name", "") or ""
    data = _read(file)
    content_type = _type_of(data, raw_name)
    return Checked(clean_name(raw_name, content_type), content_type, _harmless(data, content_type))


def _read(file: UploadedFile | BinaryIO) -> bytes:
    limit = settings.UPLOAD_MAX_BYTES
    file.seek(0)
    data: bytes = file.read(limit + 1)
    if not data:
        raise BadUpload(_("Tệp rỗng (0 byte). Hãy kiểm tra lại tệp trên máy của bạn."))
    if len(data) > limit:
        raise BadUpload(
            _("Tệp lớn hơn %(limit)s MB. Hãy giảm dung lượng hoặc chia thành nhiều tệp.")
            % {"limit": limit // (1024 * 1024)}
        )
    return data


def _type_of(data: bytes, name: str) -> str:
    """The type by content; the extension, where there is one, must agree."""
    kind = filetype.guess(data[:8192])
    content_type = kind.mime if kind else ""
    if content_type in {"image/heic", "image/heif", "image/avif"}:
        raise BadUpload(_("Ảnh HEIC của điện thoại chưa nhận được. Hãy đổi sang JPG rồi tải lên lại."))
    if content_type not in EXTENSIONS:
        raise BadUpload(_("Chỉ nhận tệp PDF, JPG hoặc PNG. Nội dung của tệp này không phải loại đó."))
    extension = _extension(name)
    if extension and extension not in EXTENSIONS[content_type]:
        raise BadUpload(
            _("Tên tệp có đuôi “.%(extension)s” nhưng nội dung là %(actual)s. Hãy chọn đúng tệp.")
            % {"extension": extension[:10], "actual": EXTENSIONS[content_type][0].upper()}
        )
    return content_type


def _harmless(data: bytes, content_type: str) -> bytes:
    from portal.lib import upload_images, upload_pdf

    if content_type == "application/pdf":
        return upload_pdf.harmless(data)
    return upload_images.harmless(data, content_type)


def _visible(name: str) -> str:
    """Without control, zero-width and direction characters, composed."""
    kept = (char for char in name if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    return unicodedata.normalize("NFC", "".join(kept))


def _base(name: str) -> str:
    """The last part of a path of any system."""
    return re.split(r"[\\/]", _visible(name))[-1].strip()


def _extension(name: str) -> str:
    return PurePath(_base(name)).suffix.lower().lstrip(".").strip()


def clean_name(name: str, content_type: str) -> str:
    """A name safe to show and to save under: no path, nothing hidden, the one extension of the content."""
    base = _base(name)
    stem = base[: -len(suffix)] if (suffix := PurePath(base).suffix) else base
    stem = " ".join(_FORBIDDEN.sub("_", stem).split()).strip(" _")
    if not stem or _RESERVED.match(stem):
        stem = f"tep-{stem}".strip("-")
    return f"{stem[:MAX_NAME].strip()}.{EXTENSIONS[content_type][0]}"


def serve(sha256: str, name: str, content_type: str) -> FileResponse:
    """The stored file as a download that no browser runs. FileNotFoundError when the bytes are not there."""
    response = FileResponse(
        files.open_file(sha256), as_attachment=True, filename=name, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    response["Cache-Control"] = "private, no-store"
    return response
