"""The papers of a draft: each has its own form, so one refused file never costs another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.actions import drafts
from dossiers.models import Attachment, Draft
from dossiers.store import Item, Store
from dossiers.views.drafting import on_draft, person
from dossiers.wizard import PAPERS, PLACE, Wizard
from dossiers.workflow import ActionError
from portal.lib.reads_writes import writes

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from procedures.models import RequiredDocument

MOST_OFFERS = 3


@dataclass
class PaperBlock:
    """One paper of the list as its page shows it."""

    paper: RequiredDocument
    files: list[Attachment] = field(default_factory=list)
    offers: list[Item] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    missing: bool = False

    @property
    def anchor(self) -> str:
        """The id of its element."""
        return f"paper-{self.paper.pk}"

    @property
    def hashes(self) -> set[str]:
        """What was given already."""
        return {file.sha256 for file in self.files}

    @property
    def photos(self) -> int:
        """How many of its files are photos that can become one PDF."""
        return sum(file.content_type in drafts.PHOTOS for file in self.files)

    @property
    def given(self) -> bool:
        """Whether there is a file."""
        return bool(self.files)


@on_draft
@writes
def papers(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Every paper of this dossier; going on is possible when none is lacking."""
    wizard = Wizard(draft)
    go = request.POST.get("go", "next") if request.method == "POST" else ""
    if go == "back":
        return redirect(wizard.before(PAPERS))
    if go == "leave":
        messages.success(request, _("Đã lưu. Bạn có thể soạn tiếp bất cứ lúc nào."))
        return redirect("dossiers:mine")
    if go and not wizard.lacking:
        return redirect(wizard.url(PLACE))
    blocks = _blocks(wizard)
    if go:
        for block in blocks:
            block.missing = block.paper in wizard.lacking
    return _show(request, wizard, blocks, status=422 if go else 200)


@on_draft
@writes
def paper(request: HttpRequest, draft: Draft, paper_id: int) -> HttpResponse:
    """Give, reuse or take back files of one paper. Answers the whole page, or with htmx this paper's block."""
    wizard = Wizard(draft)
    if request.method != "POST":
        return redirect(f"{wizard.url(PAPERS)}#paper-{paper_id}")
    document = next((each for each in wizard.needed if each.pk == paper_id), None)
    if document is None:
        raise Http404(_("Hồ sơ này không cần giấy tờ đó."))
    errors = _change(request, draft, document)
    return _answer(request, wizard, document, errors)


def _change(request: HttpRequest, draft: Draft, document: RequiredDocument) -> list[str]:
    """Do what the form asks, file by file; what was refused comes back as sentences, the rest is kept."""
    by = person(request)
    if removed := request.POST.get("remove", ""):
        drafts.detach(draft_id=draft.pk, by=by, attachment_id=_number(removed))
        return []
    if request.POST.get("merge"):
        return _merge(draft, document, by)
    errors: list[str] = []
    for chosen in request.POST.getlist("reuse"):
        try:
            drafts.reuse_paper(draft_id=draft.pk, by=by, document=document, key=chosen)
        except ActionError as error:
            errors.append(str(error.message))
    uploads = request.FILES.getlist("files")
    for upload in uploads:
        errors += _attach(draft, document, upload, by)
    if not uploads and not request.POST.getlist("reuse"):
        errors.append(_("Chưa chọn tệp nào."))
    return errors


def _merge(draft: Draft, document: RequiredDocument, by: Any) -> list[str]:
    try:
        drafts.merge_photos(draft_id=draft.pk, by=by, document=document)
    except ActionError as error:
        return [str(error.message)]
    except ValidationError as error:
        return list(error.messages)
    return []


def _attach(draft: Draft, document: RequiredDocument, upload: UploadedFile, by: Any) -> list[str]:
    try:
        drafts.attach(draft_id=draft.pk, by=by, document=document, upload=upload)
    except ValidationError as error:
        return [f"{upload.name}: {message}" for message in error.messages]
    except ActionError as error:
        return [str(error.message)]
    return []


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _answer(
    request: HttpRequest, wizard: Wizard, document: RequiredDocument, errors: list[str]
) -> HttpResponse:
    htmx = getattr(request, "htmx", False)
    if not htmx and not errors:
        return redirect(f"{wizard.url(PAPERS)}#paper-{document.pk}")
    blocks = _blocks(wizard)
    block = next(each for each in blocks if each.paper.pk == document.pk)
    block.errors = errors
    status = 422 if errors else 200
    if not htmx:
        return _show(request, wizard, blocks, status=status)
    context = {"block": block, "draft": wizard.draft, "limit_bytes": settings.UPLOAD_MAX_BYTES}
    return render(request, "dossiers/filing/_paper.html", context, status=status)


def _show(
    request: HttpRequest, wizard: Wizard, blocks: list[PaperBlock], *, status: int = 200
) -> HttpResponse:
    context = {
        "draft": wizard.draft,
        "wizard": wizard,
        "page_title": wizard.title(PAPERS),
        "now": wizard.number(PAPERS),
        "blocks": blocks,
        "faulty": [block for block in blocks if block.errors or block.missing],
        "limit_bytes": settings.UPLOAD_MAX_BYTES,
        "limit_mb": settings.UPLOAD_MAX_BYTES // (1024 * 1024),
    }
    return render(request, "dossiers/filing/papers.html", context, status=status)


def _blocks(wizard: Wizard) -> list[PaperBlock]:
    blocks = {paper.pk: PaperBlock(paper) for paper in wizard.needed}
    for attachment in wizard.draft.attachments.filter(removed_at=None).select_related(
        "from_attachment__dossier", "from_document", "from_stored"
    ):
        if attachment.document_id in blocks:
            blocks[attachment.document_id].files.append(attachment)
    _offer(wizard, [block for block in blocks.values() if not block.paper.shown_only])
    return list(blocks.values())


def _offer(wizard: Wizard, blocks: list[PaperBlock]) -> None:
    """Put what is in the person's store beside the papers it can serve for again."""
    if not blocks:
        return
    for item in Store.of(wizard.draft.user).items():
        for block in blocks:
            if (
                len(block.offers) < MOST_OFFERS
                and item.sha256 not in block.hashes
                and item.serves(block.paper)
            ):
                block.offers.append(item)
