"""Taking over what a file says differently: always as a draft, which people check and a second person publishes.

What stands in the procedure's own row (title, field, levels, agency, whom it is for) has no place in a version; it
waits until a second person confirms it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import clock
from portal.lib.errors import ActionError
from portal.lib.text import fold, sort_key
from portal.outbox.actions import put
from procedures.access import check_edit, check_publish
from procedures.actions.drafts import new_draft
from procedures.documents import document_of, empty_document
from procedures.importing.build import law, names
from procedures.importing.build.fields import HEADINGS, field_of
from procedures.importing.national.comparing import IDENTITY, Part
from procedures.importing.national.documents import taken
from procedures.models import (
    CatalogueImport,
    Decision,
    Field,
    IdentityState,
    ImportItem,
    ImportState,
    ItemKind,
    Procedure,
    VersionState,
)

PORTION = 50
OF_VERSION = frozenset(Part) - frozenset(IDENTITY)


@transaction.atomic
def take_over(*, by: User, item_id: int, parts: Collection[str] | None = None) -> ImportItem:
    """Begin a draft with what the item says; `parts`: only these. Again returns the item.

    Raises ActionError for an item that is no difference, set aside, or without any of the parts; DraftOpenError while
    the procedure has an open draft.
    """
    check_edit(by)
    item = _lock(item_id)
    if item.decision == Decision.TAKEN:
        return item
    if item.decision == Decision.ASIDE:
        raise ActionError(_("Mục này đã được quyết định là không lấy."))
    wanted = set(item.parts) if parts is None else set(parts) & set(item.parts)
    if not wanted:
        raise ActionError(_("Chưa chọn phần nào để lấy."))
    if item.procedure is None:
        wanted.add(Part.NEW.value)
        item.procedure = _procedure_of(item)
    if wanted & OF_VERSION:
        item.draft = _draft(by, item, wanted)
    if wanted & set(IDENTITY) and Part.NEW not in wanted:
        item.identity = IdentityState.WAITING
    item.decision, item.decided_by, item.decided_at, item.trouble = Decision.TAKEN, by, clock.now(), ""
    item.parts = sorted(wanted)
    item.save(
        update_fields=[
            "procedure",
            "draft",
            "identity",
            "decision",
            "decided_by",
            "decided_at",
            "trouble",
            "parts",
        ]
    )
    return item


def _lock(item_id: int) -> ImportItem:
    """The item, locked, while it is a difference. Raises ActionError for any other."""
    rows = ImportItem.objects.select_for_update(of=("self",), no_key=True)
    item = rows.select_related("source", "procedure").filter(pk=item_id).first()
    if item is None or item.kind not in {ItemKind.NEW, ItemKind.CHANGED}:
        raise ActionError(_("Không có khác biệt nào để quyết định ở mục này."))
    return item


def _draft(by: User, item: ImportItem, parts: set[str]) -> Any:
    procedure = item.procedure
    assert procedure is not None  # noqa: S101 - see take_over
    base = procedure.versions.filter(state=VersionState.PUBLISHED).order_by("-number").first()
    content = document_of(base) if base else empty_document(procedure)
    note = f"Nhập từ {item.source.name} (SHA-256 {item.source.sha256[:12]}…), mục {item.line}."
    return new_draft(
        by=by, procedure=procedure, from_version=base, content=taken(content, item.facts, parts, note)
    )


def _procedure_of(item: ImportItem) -> Procedure:
    """The row of a new procedure: not active, hence shown nowhere, until its first version is published."""
    known = Procedure.objects.filter(code=item.code).first()
    if known is not None:
        return known
    values = {"title": item.facts["title"], **identity_of(item.code, item.facts)}
    return Procedure.objects.create(
        code=item.code,
        is_active=False,
        as_of=f"{item.source.at:%Y-%m}",
        source=f"Nhập từ {item.source.name}"[:200],
        **values,
    )


def identity_of(code: str, facts: dict[str, Any], parts: Collection[str] = tuple(IDENTITY)) -> dict[str, Any]:
    """Columns of the procedure's row that a record tells, of these parts."""
    found: dict[str, Any] = {}
    title = facts["title"]
    if Part.TITLE in parts:
        found |= {"title": title, "short_title": law.SHORT_TITLES.get(code) or names.short_title(title)}
    if Part.FIELD in parts:
        told = facts.get("field", "")
        name = field_of(code, title, told, told not in HEADINGS)
        values = {"name": name.name, "sort_key": sort_key(name.name), "is_official": name.is_official}
        field, _made = Field.objects.get_or_create(code=name.code, defaults=values)
        found["field"] = field
    if Part.LEVELS in parts and facts.get("at"):
        found |= {"at_commune": "commune" in facts["at"], "at_province": "province" in facts["at"]}
    if Part.AGENCY in parts and facts.get("agency"):
        found["agency"] = facts["agency"]
    if Part.APPLICANTS in parts and facts.get("for"):
        found |= {
            "for_citizens": "citizen" in facts["for"],
            "for_organisations": "organisation" in facts["for"],
        }
    if found.get("field") and "title" in found:
        found["search_text"] = fold(f"{title} {code} {found['field'].name}")
    return found


@transaction.atomic
def set_aside(*, by: User, item_id: int) -> ImportItem:
    """Leave a difference as it is; a person decided so. Again returns it; one taken over already is refused."""
    check_edit(by)
    item = _lock(item_id)
    if item.decision == Decision.ASIDE:
        return item
    if item.decision == Decision.TAKEN:
        raise ActionError(_("Mục này đã được lấy thành dự thảo."))
    item.decision, item.decided_by, item.decided_at, item.trouble = Decision.ASIDE, by, clock.now(), ""
    item.save(update_fields=["decision", "decided_by", "decided_at", "trouble"])
    return item


@transaction.atomic
def confirm_identity(*, by: User, item_id: int) -> ImportItem:
    """Write title, field, levels, agency, applicants as taken by another person. Again returns the item.

    Raises PermissionDenied to whoever took them over, ActionError when nothing waits.
    """
    check_publish(by)
    item = _lock(item_id)
    if item.identity == IdentityState.APPLIED:
        return item
    if item.identity != IdentityState.WAITING or item.procedure_id is None:
        raise ActionError(_("Không có thông tin nào chờ xác nhận."))
    if item.decided_by_id == by.pk:
        raise PermissionDenied("two persons")
    procedure = Procedure.objects.select_for_update(of=("self",), no_key=True).get(pk=item.procedure_id)
    values = identity_of(item.code, item.facts, item.parts)
    for name, value in values.items():
        setattr(procedure, name, value)
    procedure.search_text = fold(f"{procedure.title} {procedure.code} {procedure.field.name}")
    procedure.save(update_fields=[*values, "search_text"])
    item.identity, item.identity_by, item.identity_at = IdentityState.APPLIED, by, clock.now()
    item.save(update_fields=["identity", "identity_by", "identity_at"])
    return item


# --- Everything at once ---


@transaction.atomic
def ask_take_all(*, by: User, import_id: int) -> CatalogueImport:
    """Have the worker take over every open difference of a file. Asked again meanwhile: the same.

    Raises ActionError before the comparison is done.
    """
    check_edit(by)
    source = _lock_source(import_id)
    if source.state != ImportState.DONE:
        raise ActionError(_("Hãy chờ so sánh xong."))
    if source.is_taking:
        return source
    source.take_by, source.take_at, source.take_ended_at = by, clock.now(), None
    source.save(update_fields=["take_by", "take_at", "take_ended_at"])
    source.items.exclude(trouble="").update(trouble="")
    _ask(source, 0)
    return source


def _ask(source: CatalogueImport, after: int) -> None:
    key = f"take-import-{source.pk}-{source.take_at:%Y%m%d%H%M%S%f}-{after}"
    put("take_import", key=key, payload={"import": source.pk})


@transaction.atomic
def take_portion(*, import_id: int) -> CatalogueImport:
    """Take over the next open differences for whoever asked; what cannot be is told at the item. Safe twice."""
    source = _lock_source(import_id)
    if not source.is_taking or source.take_by is None:
        return source
    waiting = source.items.filter(
        kind__in=[ItemKind.NEW, ItemKind.CHANGED], decision=Decision.OPEN, trouble=""
    ).order_by("line")
    items = list(waiting[:PORTION])
    for item in items:
        _try(source.take_by, item)
    if waiting.exists():
        _ask(source, items[-1].pk)
        return source
    source.take_ended_at = clock.now()
    source.save(update_fields=["take_ended_at"])
    return source


def _try(by: User, item: ImportItem) -> None:
    try:
        with transaction.atomic():
            take_over(by=by, item_id=item.pk)
    except (ActionError, PermissionDenied) as refused:
        item.trouble = str(refused)[:300] or _("bị từ chối")
        item.save(update_fields=["trouble"])


def _lock_source(import_id: int) -> CatalogueImport:
    rows = CatalogueImport.objects.select_for_update(of=("self",), no_key=True).select_related("take_by")
    source = rows.filter(pk=import_id).first()
    if source is None:
        raise ActionError(_("Không có lần nhập này."))
    return source
