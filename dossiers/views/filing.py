"""From "Start" to a filed dossier: one section a page, saved while typing, read back before filing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dossiers import tracking
from dossiers import wizard as pages
from dossiers.actions import drafts, filing, reuse
from dossiers.actions.drafts import StaleDraft
from dossiers.forms_citizen import DeclarationForm, PlaceForm, StartForm, open_online
from dossiers.models import Draft
from dossiers.reuse import Memory, Offers, spoken
from dossiers.views import former
from dossiers.views.drafting import for_citizens, on_draft, on_old_draft, part_of, person
from dossiers.wizard import PLACE, REVIEW, Wizard
from dossiers.workflow import ActionError
from portal.lib.reads_writes import reads, writes
from procedures.bundles import bundles_of
from procedures.form_engine import (
    EForm,
    apply_row_buttons,
    form_data,
    read_back,
    section_form,
)
from procedures.models import Channel, OnlineLevel, ProcedureVersion

if TYPE_CHECKING:
    from procedures.form_schema import FormSchema

BACK_TO = "ve"  # the page a change link came from, in the query


@for_citizens
@writes
def start(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the procedure asks, takes and costs; "Start" makes a draft."""
    version = pages.open_version(code)
    if not pages.filable_online(version) or not open_online(version):
        return _not_online(request, version)
    wanted = request.GET.get("truong-hop", "")
    form = StartForm(list(version.cases.all()), request.POST if request.method == "POST" else None, wanted)
    if request.method == "POST" and form.is_valid():
        draft = drafts.start_draft(by=person(request), version=version, case=form.case)
        wizard = Wizard(draft)
        return redirect(wizard.url(wizard.codes[0]))
    context = {
        "version": version,
        "form": form,
        "papers": list(version.requireddocuments.all()),
        "limit": pages.online_limit(version, None),
        "case_limits": version.timelimits.filter(channel=Channel.ONLINE, case__isnull=False).select_related(
            "case"
        ),
        "fee": pages.estimate(version, None, {}),
        "bundles": bundles_of(version.procedure.code),
        **_begun(request, version),
    }
    return render(request, "dossiers/filing/start.html", context, status=422 if form.errors else 200)


def _begun(request: HttpRequest, version: ProcedureVersion) -> dict[str, Any]:
    """What the person has of this procedure already: drafts, and dossiers not decided yet."""
    running = tracking.of_person(person(request)).open().filter(procedure=version.procedure_id)
    return {
        "drafts": person(request).drafts.filter(
            version__procedure=version.procedure_id, dossier=None, revision__gt=0
        )[:5],
        "running": tracking.shown(running[:5]),
    }


def _not_online(request: HttpRequest, version: ProcedureVersion) -> HttpResponse:
    """Why this one cannot be filed here, and where it can. 404: there is no such page for it."""
    counter_only = version.online_level == OnlineLevel.COUNTER
    context = {"version": version, "counter_only": counter_only, "closed": pages.filable_online(version)}
    return render(request, "dossiers/filing/not_online.html", context, status=404)


@on_draft
@reads
def overview(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The task list of a draft."""
    wizard = Wizard(draft)
    todo = (page.url for page in wizard.pages if page.progress is not pages.Progress.DONE)
    context = {
        "draft": draft,
        "wizard": wizard,
        "next_url": next(todo, wizard.url(REVIEW)),
        "part": part_of(draft),
    }
    return render(request, "dossiers/filing/overview.html", context)


@on_old_draft
@writes
def discard(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Ask once, then delete the draft."""
    if request.method == "POST":
        drafts.discard(draft_id=draft.pk, by=person(request))
        messages.success(request, _("Đã xóa hồ sơ đang soạn."))
        return redirect("dossiers:mine")
    return render(request, "dossiers/filing/discard.html", {"draft": draft})


# --- One section ---


@on_draft
@writes
def step(request: HttpRequest, draft: Draft, section: str) -> HttpResponse:
    """One section: show it, save it as typed (also while typing), go on when it is right."""
    schema = pages.schema_of(draft.version)
    if section not in {part.code for part in schema.sections}:
        raise Http404(_("Tờ khai không có mục này."))
    if request.method != "POST":
        form = _shown_form(request, draft, schema, section)
        if section not in form.checked.visible:
            return redirect(Wizard(draft, form.checked).after(section))
        form.former = former.asked_about(request, form)
        return _show_step(request, draft, section, form)
    changed = apply_row_buttons(request.POST)
    form = section_form(schema, section, data=changed or request.POST, initial=draft.answers)
    try:
        draft = _save(request, draft, section, form)
    except StaleDraft as stale:
        return _conflict(request, stale.draft, section, form)
    if getattr(request, "htmx", False):
        return _saved(request, draft, section, form)
    return _go_on(request, draft, section, form, changed)


def _shown_form(request: HttpRequest, draft: Draft, schema: FormSchema, section: str) -> EForm:
    """The section as saved; with its errors for somebody who came from the read-back to mend them."""
    mending = request.GET.get(BACK_TO) == REVIEW
    data = form_data(schema, draft.answers) if mending else None
    return section_form(schema, section, data=data, initial=draft.answers)


def _save(request: HttpRequest, draft: Draft, section: str, form: EForm) -> Draft:
    """Save what was typed. What is stored already is not written again, and is never a conflict."""
    done = form.is_valid()
    if _is_stored(draft, section, form, done):
        return draft
    try:
        return drafts.save_answers(
            draft_id=draft.pk,
            by=person(request),
            answers=form.typed_answers,
            revision=_revision(request.POST),
            section=section,
            done=done,
        )
    except StaleDraft as stale:
        if _is_stored(stale.draft, section, form, done):
            return stale.draft
        raise


def _is_stored(draft: Draft, section: str, form: EForm, done: bool) -> bool:
    same = all(
        name in draft.answers and draft.answers[name] == value for name, value in form.typed_answers.items()
    )
    return same and draft.revision > 0 and (section in draft.done_sections) == done


def _revision(post: QueryDict) -> int | None:
    text = post.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _show_step(
    request: HttpRequest,
    draft: Draft,
    section: str,
    form: EForm,
    *,
    status: int = 200,
    conflict: bool = False,
) -> HttpResponse:
    context = {**_section_context(draft, section, form), "conflict": conflict}
    context["cards"] = _offers(request, draft, section, form).cards if context["section"] else []
    return render(request, "dossiers/filing/step.html", context, status=status)


def _offers(request: HttpRequest, draft: Draft, section: str, form: EForm) -> Offers:
    return Offers(Memory.of(person(request)), draft.version, form, section)


def _sources(draft: Draft) -> dict[str, str]:
    return spoken(draft.sources.select_related("from_dossier", "from_document"), draft.answers)


def _section_context(draft: Draft, section: str, form: EForm) -> dict[str, Any]:
    wizard = Wizard(draft, form.checked)
    form.sources = _sources(draft)
    form.asks_former = True
    return {
        "draft": draft,
        "wizard": wizard,
        "page_title": wizard.title(section),
        "now": wizard.number(section) if section in wizard.codes else 1,
        "form": form,
        "section": next(iter(form.sections), None),
        "shape": pages.shape_of(form),
        "person_mark": pages.mark_of(draft.user_id),
        "depends": any(
            block.spec.name in form.schema.depended_on for part in form.sections for block in part.blocks
        ),
    }


def _saved(request: HttpRequest, draft: Draft, section: str, form: EForm) -> HttpResponse:
    """To a save while typing: the status line, and the section drawn anew when its questions have changed."""
    schema: FormSchema = form.schema
    shown = form if request.POST.get("checked") else section_form(schema, section, initial=draft.answers)
    context = {**_section_context(draft, section, shown), "saved": draft.updated_at}
    if context["shape"] == request.POST.get("shape") or context["section"] is None:
        return render(request, "dossiers/filing/_autosave.html", context)
    response = render(request, "dossiers/filing/_section.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#section", "outerHTML"
    return response


def _conflict(request: HttpRequest, draft: Draft, section: str, form: EForm) -> HttpResponse:
    """409: saved elsewhere meanwhile. What was typed stays on the page; the person decides."""
    if getattr(request, "htmx", False):
        context = {"draft": draft, "conflict_url": Wizard(draft).url(section)}
        return render(request, "dossiers/filing/_autosave.html", context, status=409)
    return _show_step(request, draft, section, form, status=409, conflict=True)


def _go_on(
    request: HttpRequest, draft: Draft, section: str, form: EForm, changed: QueryDict | None
) -> HttpResponse:
    wizard = Wizard(draft, form.checked)
    here, go = request.get_full_path(), request.POST.get("go", "")
    if go.startswith("take"):
        return _take(request, draft, section, form)
    if go.startswith(("former:", "unit:")):
        return former.answer(request, draft, section, form)
    if changed is not None or go == "show":
        return redirect(here)
    if go == "leave":
        messages.success(request, _("Đã lưu. Bạn có thể soạn tiếp bất cứ lúc nào."))
        return redirect("dossiers:mine")
    if go == "back":
        return redirect(wizard.before(section))
    if pages.asked_now(form) - set(request.POST.get("_asked", "").split()):
        messages.info(request, _("Theo câu trả lời của bạn, có thêm câu hỏi cần điền."))
        return redirect(here)
    if not form.is_valid():
        return _show_step(request, draft, section, form, status=422)
    return redirect(wizard.url(REVIEW) if request.GET.get(BACK_TO) == REVIEW else wizard.after(section))


def _take(request: HttpRequest, draft: Draft, section: str, form: EForm) -> HttpResponse:
    """Take what the person accepts of what is known: what is ticked, or a whole card ("take:<card>")."""
    card = request.POST.get("go", "").partition(":")[2]
    offers = _offers(request, draft, section, form).chosen(request.POST.getlist("take"), card)
    if offers:
        reuse.take(draft_id=draft.pk, by=person(request), offers=offers)
        number = len(offers)
        said = ngettext(
            "Đã điền %(number)s mục đã có; bạn vẫn sửa được.",
            "Đã điền %(number)s mục đã có; bạn vẫn sửa được.",
            number,
        )
        messages.success(request, said % {"number": number})
    else:
        messages.info(request, _("Chưa đánh dấu mục nào để dùng lại."))
    return redirect(request.get_full_path())


# --- Where, and the last look ---


@on_draft
@writes
def place(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The receiving unit and the way the result comes back."""
    initial = {"unit": draft.unit_id, "delivery": draft.delivery}
    data = request.POST if request.method == "POST" else None
    form = PlaceForm(draft.version, data=data, initial=initial)
    wizard = Wizard(draft)
    if data is not None and data.get("go") == "back":
        return redirect(wizard.before(PLACE))
    if data is not None and form.is_valid():
        chosen = form.cleaned_data
        drafts.choose(draft_id=draft.pk, by=person(request), unit=chosen["unit"], delivery=chosen["delivery"])
        if data.get("go") == "leave":
            return redirect("dossiers:mine")
        return redirect(wizard.url(REVIEW))
    context = {
        "draft": draft,
        "wizard": wizard,
        "page_title": wizard.title(PLACE),
        "now": wizard.number(PLACE),
        "form": form,
    }
    return render(request, "dossiers/filing/place.html", context, status=422 if form.errors else 200)


@on_draft
@writes
def review(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Everything read back; filing from here, once, however often it is sent."""
    if request.method != "POST":
        return _show_review(request, draft, DeclarationForm())
    if (part := part_of(draft)) is not None:
        return redirect("dossiers:linked", linked_id=part.linked_id)
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        return _show_review(request, draft, form, status=422)
    try:
        dossier = filing.file_online(draft_id=draft.pk, by=person(request))
    except ActionError as error:
        return _show_review(request, draft, form, status=422, refused=error)
    return redirect("dossiers:filed", code=dossier.code)


def _show_review(
    request: HttpRequest,
    draft: Draft,
    form: DeclarationForm,
    *,
    status: int = 200,
    refused: ActionError | None = None,
) -> HttpResponse:
    wizard = Wizard(draft)
    context = {
        "draft": draft,
        "wizard": wizard,
        "page_title": wizard.title(REVIEW),
        "now": wizard.number(REVIEW),
        "form": form,
        "refused": refused,
        "faults": list(_faults(wizard)),
        "sections": [
            {
                "title": part.title,
                "url": wizard.url(part.code),
                "rows": part.rows,
                "faulty": part.code in wizard.checked.errors,
            }
            for part in read_back(
                wizard.schema, draft.answers, sources=_sources(draft), checked=wizard.checked
            )
        ],
        "papers": _papers_of(wizard),
        "papers_url": wizard.url(pages.PAPERS),
        "place_url": wizard.url(PLACE),
        "fee": wizard.fee,
        "limit": wizard.limit,
        "expected": wizard.expected(draft.unit) if draft.unit else None,
        "part": part_of(draft),
    }
    return render(request, "dossiers/filing/review.html", context, status=status)


def _papers_of(wizard: Wizard) -> list[dict[str, Any]]:
    files: dict[int | None, list[Any]] = {}
    for attachment in wizard.draft.attachments.filter(removed_at=None):
        files.setdefault(attachment.document_id, []).append(attachment)
    return [{"paper": paper, "files": files.get(paper.pk, [])} for paper in wizard.needed]


def _faults(wizard: Wizard) -> Any:
    """What keeps the dossier from being filed: sentences with the address where each is mended."""
    for code in wizard.checked.faulty_sections():
        for name, said in wizard.checked.errors[code].items():
            yield {"url": f"{wizard.url(code)}?{BACK_TO}={REVIEW}#id_{name}", "text": said[0]}
    for paper in wizard.lacking:
        yield {
            "url": f"{wizard.url(pages.PAPERS)}#paper-{paper.pk}",
            "text": _("Thiếu giấy tờ: %(name)s.") % {"name": paper.name},
        }
    if wizard.draft.unit_id is None:
        yield {"url": wizard.url(PLACE), "text": _("Chưa chọn nơi tiếp nhận hồ sơ.")}
