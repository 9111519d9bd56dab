"""Which kind of source a file is, by its content."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.lib import tables
from portal.lib.uploads import BadUpload
from procedures.importing.national import services, sheets
from procedures.importing.national.records import Read


def read(data: bytes) -> Read:
    """The records of a file and what was wrong with them. Raises BadUpload when it is no catalogue at all."""
    tables.check_size(data)
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"MZ", b"GIF8")):
        raise BadUpload(_("Chỉ nhận tệp JSON, CSV hoặc XLSX."))
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    found = services.read(tables.decoded(data)) if start in {b"{", b"["} else sheets.read(data)
    if not found.records:
        said = _("Tệp không có thủ tục nào đọc được; lý do từng dòng: %(reasons)s.")
        raise BadUpload(said % {"reasons": _why(found)})
    return found


def _why(found: Read) -> str:
    shown = [f"{fault.line}: {fault.reason.label}" for fault in found.faults[:5]]
    return "; ".join(shown) or _("không có dòng nào")
