"""Drafts and published versions, by the real actions."""

from __future__ import annotations

import copy
import datetime
from typing import Any

from portal.lib import clock
from procedures.actions import drafts, publishing
from procedures.models import Procedure, ProcedureVersion, VersionDraft
from tests.cast import Cast

DAY = datetime.timedelta(days=1)
ANNOUNCED = {"decision": "1234/QĐ-UBND", "decision_date": "2026-11-02"}


def procedure(code: str) -> Procedure:
    """A procedure of the catalogue."""
    return Procedure.objects.get(code=code)


def begun(cast: Cast, code: str) -> VersionDraft:
    """An untouched draft of the version in force."""
    return drafts.new_draft(by=cast.catalogue, procedure=procedure(code))


def changed(draft: VersionDraft, cast: Cast, **parts: Any) -> VersionDraft:
    """The draft with these keys of its document replaced, and announced."""
    content = copy.deepcopy(draft.content) | ANNOUNCED | parts
    return drafts.save_draft_content(
        by=cast.catalogue, draft_id=draft.pk, revision=draft.revision, content=content
    )


def checked(cast: Cast, code: str, **parts: Any) -> VersionDraft:
    """A draft that waits for its publisher."""
    return _checked(changed(begun(cast, code), cast, **parts), cast)


def _checked(draft: VersionDraft, cast: Cast) -> VersionDraft:
    return drafts.check_draft(by=cast.catalogue, draft_id=draft.pk, revision=draft.revision)


def published(cast: Cast, code: str, day: datetime.date | None = None, **parts: Any) -> ProcedureVersion:
    """A version in force from `day` (today)."""
    return published_from(begun(cast, code), cast, day, **parts)


def published_from(
    draft: VersionDraft, cast: Cast, day: datetime.date | None = None, **parts: Any
) -> ProcedureVersion:
    """What a draft with these changes becomes."""
    draft = _checked(changed(draft, cast, **parts), cast)
    return publishing.publish(
        by=cast.publisher, draft_id=draft.pk, revision=draft.revision, valid_from=day or clock.today()
    )
