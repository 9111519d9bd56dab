"""Editing a draft: one page for every part and every thing in it, made from the table of `editor/nodes.py`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.errors import ActionError
from portal.lib.reads_writes import writes
from procedures import dictionary
from procedures.access import check_edit, get_draft
from procedures.actions import drafts
from procedures.drafting import form_places, places
from procedures.editor import choices
from procedures.editor.nodes import BY_KEY, FIELDS, FORM, SECTIONS
from procedures.editor.tree import Lines, NodeForm, Spot, find, moved, overview, removed, replaced
from procedures.editor.trying import Ran, run_all
from procedures.editor.wording import said
from procedures.form_engine import section_form, whole_form
from procedures.form_schema import parse
from procedures.importing import generic_file
from procedures.models import VersionDraft
from procedures.views.drafts import revision_of, shown_places

MOVES = {"up": -1, "down": 1}


@login_required
@writes
def part(request: HttpRequest, pk: int, where: str) -> HttpResponse:
    """A part, or a thing in it: shown, changed, added, moved, removed, or looked at as the citizen will see it."""
    check_edit(request.user)
    page = _Page(request, get_draft(request.user, pk), where)
    if request.method != "POST":
        return page.show()
    do = request.POST.get("do", "save")
    if do == "preview":
        return page.preview()
    if page.spot.listing:
        return page.show()
    if do == "start" and page.spot.node is FORM:
        return page.begin_form()
    return page.move(do) if do in {"delete", *MOVES} else page.save()


@dataclass
class _Page:
    """One request for one place of a draft."""

    request: HttpRequest
    draft: VersionDraft
    where: str

    def __post_init__(self) -> None:
        try:
            self.spot: Spot = find(self.draft.content, self.where)
        except LookupError as error:
            raise Http404(_("Dự thảo không có mục này.")) from error
        data = self.request.POST if self.request.method == "POST" else None
        bound = None if data is None or data.get("do") in {"delete", "start", *MOVES} else data
        self.form = NodeForm(self.draft.content, self.spot, bound)

    # --- Showing ---

    def show(self, *, status: int = 200, **more: Any) -> HttpResponse:
        """The page; a listing shows what it holds, anything else its columns and what it holds."""
        draft, spot = self.draft, self.spot
        context: dict[str, Any] = {
            "draft": draft,
            "spot": spot,
            "node": spot.node,
            "title": self._title(),
            "form": self.form,
            "lists": self._lists(),
            "faults": [fault for fault in self._faults() if fault["where"].startswith(spot.where)],
            "concepts": choices.concepts({}) if self._takes_concepts() else [],
            "part_title": str(BY_KEY[spot.part].title),
            "can_start": spot.node is FORM and not draft.content.get("form"),
            "conflict": False,
            "theirs": [],
            **(_preview(draft.content, spot) if spot.part == "form" and "preview" not in more else {}),
            **more,
        }
        return render(self.request, "procedures/parts/part.html", context, status=status)

    def _title(self) -> str:
        node, spot = self.spot.node, self.spot
        if spot.listing or not spot.movable:
            return str(node.title) if not spot.is_new else _("Thêm %(what)s") % {"what": node.one}
        return node.label(spot.read(self.draft.content)) or str(node.one)

    def _takes_concepts(self) -> bool:
        return self.spot.is_new and self.spot.node in {FIELDS, SECTIONS}

    def _lists(self) -> list[Any]:
        content, spot = self.draft.content, self.spot
        if spot.listing:
            rows = overview(content, spot.node)
            return [_with_verdicts(rows, run_all(content)) if spot.part == "examples" else rows]
        if spot.is_new:
            return []
        if spot.node is FORM:
            return [overview(content, SECTIONS, "form")] if content.get("form") else []
        row = spot.read(content)
        held = [
            child for child in spot.node.children if spot.node.key != "fields" or row.get("type") == "group"
        ]
        return [overview(content, child, spot.where) for child in held]

    def _faults(self) -> list[dict[str, str]]:
        return shown_places(self.draft.content, places(self.draft.content))

    # --- Changing ---

    def save(self) -> HttpResponse:
        """Write the typed columns into the draft; whatever is wrong stands beside its cause, nothing typed is lost."""
        concept = self.request.POST.get("concept", "")
        if concept and self._takes_concepts():
            return self._add_concept(concept)
        if not self.form.is_valid():
            return self.show(status=422)
        return self._write(replaced(self.draft.content, self.spot, self.form.node))

    def _add_concept(self, concept: str) -> HttpResponse:
        """A question as the dictionary defines it; with a new part around it when a part is added."""
        try:
            entry = dictionary.entry(concept)
        except ValueError:
            raise Http404(_("Từ điển không có mục này.")) from None
        field = {**entry, "concept": concept, "name": self._free_name(concept)}
        value: dict[str, Any] = field
        if self.spot.node is SECTIONS:
            if not self.form.is_valid() and "title__vi" in self.form.errors:
                return self.show(status=422)
            value = {**self.form.node, "fields": [field]}
        return self._write(replaced(self.draft.content, self.spot, value))

    def _free_name(self, concept: str) -> str:
        taken = {name for name, _label in choices.fields(self.draft.content)}
        base = concept.replace(".", "_")
        return next(
            name for name in (base, *(f"{base}_{number}" for number in range(2, 99))) if name not in taken
        )

    def begin_form(self) -> HttpResponse:
        """Give a draft without a form the complete generic one to begin with."""
        if self.draft.content.get("form"):
            return self.show()
        form = generic_file.read().form.model_dump(mode="json", exclude_defaults=True)
        return self._write({**self.draft.content, "form": form})

    def move(self, do: str) -> HttpResponse:
        """Take the thing out of its list, or move it by one."""
        if not self.spot.movable:
            return self.show(status=422)
        if do == "delete":
            return self._write(removed(self.draft.content, self.spot))
        content, _to = moved(self.draft.content, self.spot, MOVES[do])
        return self._write(content)

    def _write(self, content: dict[str, Any]) -> HttpResponse:
        try:
            drafts.save_draft_content(
                by=cast(User, self.request.user),
                draft_id=self.draft.pk,
                revision=revision_of(self.request),
                content=content,
                part=self.spot.part,
            )
        except drafts.StaleDraftError as error:
            self.draft = error.draft
            return self.show(status=409, conflict=True, theirs=self._theirs())
        except drafts.PlacesError as error:
            return self._refused(error)
        except ActionError as error:
            messages.error(self.request, str(error))
            return redirect("procedures:draft", self.draft.pk)
        messages.success(self.request, _("Đã ghi vào dự thảo."))
        return redirect("procedures:draft-part", self.draft.pk, self._after())

    def _refused(self, error: drafts.PlacesError) -> HttpResponse:
        """Put each place beside its column; what belongs elsewhere stands above."""
        if not self.form.is_bound:
            self.form = NodeForm(self.draft.content, self.spot, {})
        self.form.full_clean()
        self.form.errors.clear()
        self.form.add_error(None, str(error))
        for place in error.places:
            inside = self.spot.inside(place.path)
            if inside is None:
                self.form.add_error(None, f"{place.path}: {said(place.message)}")
            else:
                self.form.fault(inside, place.message)
        return self.show(status=422)

    def _theirs(self) -> list[tuple[str, str]]:
        """What stands in the draft now where the page says something else."""
        try:
            now = find(self.draft.content, self.where).read(self.draft.content)
        except LookupError:
            return []
        node = getattr(self.form, "node", {})
        texts = (
            (str(column.label), column.text(now), column.text(node)) for column in self.spot.node.columns
        )
        return [(label, now_text or "–") for label, now_text, typed in texts if now_text != typed]

    def _after(self) -> str:
        """Where to go on: to the list the thing is in, or to its part."""
        keys = self.spot.keys
        if self.spot.node in {FIELDS, SECTIONS} or self.spot.part == "form":
            return "form"
        return str(keys[0]) if keys else self.spot.node.key

    # --- Looking ---

    def preview(self) -> HttpResponse:
        """The form as it would be with what was typed; nothing is written."""
        self.form.is_valid()
        content = self.draft.content
        if self.spot.part == "form" and not self.spot.listing:
            content = replaced(content, self.spot, getattr(self.form, "node", {}))
        shown = _preview(content, self.spot)
        if self.request.headers.get("HX-Request"):
            return render(self.request, "procedures/parts/_preview.html", shown)
        return self.show(**shown)


def _with_verdicts(rows: Lines, ran: list[Ran]) -> Lines:
    """The scripted checks with how each went."""
    verdicts = {True: (_("đạt"), "good"), False: (_("không đạt"), "bad"), None: (_("chưa chạy được"), "warn")}
    lines = [
        replace(
            line,
            verdict=verdicts[None if one.faults is None else not one.faults],
            notes=tuple(said(fault) for fault in one.faults or ()),
        )
        for line, one in zip(rows.lines, ran, strict=True)
    ]
    return replace(rows, lines=tuple(lines))


def _preview(content: dict[str, Any], spot: Spot) -> dict[str, Any]:
    """The part of the form around a place as citizens see it, or why it cannot work."""
    faults = form_places(content.get("form") or {})
    if faults:
        return {
            "preview": None,
            "preview_faults": [f"{fault.path}: {said(fault.message)}" for fault in faults],
        }
    schema = parse(content["form"])
    number = spot.keys[2] if len(spot.keys) > 2 else None
    if isinstance(number, int):
        form = section_form(schema, schema.sections[number].code)
    else:
        form = whole_form(schema)
    return {"preview": form, "preview_faults": []}
