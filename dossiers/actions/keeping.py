"""Keeping an uploaded file: checked by its content, stored by its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.lib import clock, files, uploads

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import User


def kept(upload: UploadedFile, *, by: User) -> dict[str, Any]:
    """Check and store `upload`; the columns of its Attachment, all but what it belongs to. Raises BadUpload."""
    checked = uploads.check_upload(upload)
    stored = files.put(checked.content)
    return {
        "name": checked.name,
        "content_type": checked.content_type,
        "size": stored.size,
        "sha256": stored.sha256,
        "uploaded_by": by,
        "uploaded_at": clock.now(),
    }
