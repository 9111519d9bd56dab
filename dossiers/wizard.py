"""The pages of a draft in order, and how far each has come. Reads only; the pages themselves are in views/filing."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.deadlines import rule_of, run
from portal.lib import clock
from procedures import fees
from procedures.calendar import calendar_for
from procedures.form_engine import Checked, EForm, check_answers, required_documents
from procedures.form_schema import FormSchema, load
from procedures.models import Channel, OnlineLevel, ProcedureVersion, RequiredDocument, TimeLimit
from procedures.sufficiency import usable

if TYPE_CHECKING:
    from dossiers.models import Draft
    from portal.accounts.models import Unit
    from procedures.models import ProcedureCase

PAPERS, PLACE, REVIEW = "giay-to", "noi-nop", "kiem-tra"
TITLES = {
    PAPERS: gettext_lazy("Giấy tờ"),
    PLACE: gettext_lazy("Nơi nộp, cách nhận kết quả"),
    REVIEW: gettext_lazy("Xem lại và nộp"),
}
ROUTES = {PAPERS: "dossiers:papers", PLACE: "dossiers:place", REVIEW: "dossiers:review"}


class Progress(Enum):
    """How far a page of a draft has come: what is said of it, and the tone of its badge."""

    DONE = (gettext_lazy("Đã xong"), "good")
    FAULTY = (gettext_lazy("Cần xem lại"), "warn")
    TODO = (gettext_lazy("Chưa làm"), "neutral")

    @property
    def label(self) -> str:
        """What the badge says."""
        return str(self.value[0])

    @property
    def tone(self) -> str:
        """The tone of the badge."""
        return self.value[1]


@dataclass(frozen=True)
class Page:
    """One line of the overview."""

    title: str
    url: str
    progress: Progress


def open_version(code: str) -> ProcedureVersion:
    """The version in force today of the procedure named `code`, else Http404."""
    versions = ProcedureVersion.objects.in_force(clock.today()).select_related("procedure__field")
    found = (
        None if "\x00" in code else versions.filter(procedure__code=code, procedure__is_active=True).first()
    )
    if found is None:
        raise Http404(_("Không có thủ tục nào mang mã này đang được thực hiện."))
    return found


def schema_of(version: ProcedureVersion) -> FormSchema:
    """The e-form of a version, Http404 when it has none."""
    schema = load(version)
    if schema is None:
        raise Http404(_("Thủ tục này chưa nộp trực tuyến được. Hãy nộp tại bộ phận một cửa."))
    return schema


def filable_online(version: ProcedureVersion) -> bool:
    """Whether a person can file under this version here."""
    if not version.form or version.online_level == OnlineLevel.COUNTER:
        return False
    return any(usable(limit) for limit in version.timelimits.all() if limit.channel == Channel.ONLINE)


class Wizard:
    """The pages of one draft. `checked` spares a second check of the answers where the caller has it."""

    def __init__(self, draft: Draft, checked: Checked | None = None) -> None:
        self.draft = draft
        self.schema = schema_of(draft.version)
        self.checked = checked or check_answers(self.schema, draft.answers)

    @cached_property
    def codes(self) -> list[str]:
        """Codes of the pages asked of these answers, in order."""
        sections = [part.code for part in self.schema.sections if part.code in self.checked.visible]
        return [*sections, PAPERS, PLACE, REVIEW]

    def title(self, code: str) -> str:
        """The name of a page."""
        return str(TITLES[code]) if code in TITLES else str(self.schema.section(code).title)

    def url(self, code: str) -> str:
        """The address of a page."""
        if code in ROUTES:
            return reverse(ROUTES[code], args=[self.draft.pk])
        return reverse("dossiers:step", args=[self.draft.pk, code])

    @property
    def titles(self) -> list[str]:
        """Names of all pages."""
        return [self.title(code) for code in self.codes]

    def number(self, code: str) -> int:
        """The place of a page, from 1."""
        return self.codes.index(code) + 1

    def after(self, code: str) -> str:
        """The address of the page after `code`; of the first open one when `code` is no longer asked."""
        if code not in self.codes:
            return self.url(self.codes[0])
        return self.url(self.codes[min(self.number(code), len(self.codes) - 1)])

    def before(self, code: str) -> str:
        """The address of the page before `code`, the overview before the first."""
        if code not in self.codes or self.number(code) == 1:
            return reverse("dossiers:draft", args=[self.draft.pk])
        return self.url(self.codes[self.number(code) - 2])

    # --- How far ---

    def progress(self, code: str) -> Progress:
        """How far a section has come: done when it was finished and is still right."""
        finished = code in self.draft.done_sections
        if code in self.checked.errors:
            return Progress.FAULTY if finished or self._begun(code) else Progress.TODO
        return Progress.DONE if finished else Progress.TODO

    def _begun(self, code: str) -> bool:
        """Whether something right was typed in a section beyond what came prefilled."""
        return self.draft.revision > 0 and any(
            name in self.checked.errors[code] and self.draft.answers.get(name)
            for name in self.checked.visible[code]
        )

    @cached_property
    def needed(self) -> list[RequiredDocument]:
        """The papers this dossier needs or may bring."""
        papers = required_documents(self.draft.version, self.draft.case, self.checked.cleaned)
        for paper in papers:
            paper.version = self.draft.version  # spares a query for each
        return papers

    @cached_property
    def lacking(self) -> list[RequiredDocument]:
        """Papers still to upload before filing."""
        have = {file.document_id for file in self.draft.attachments.filter(removed_at=None)}
        return [
            paper for paper in self.needed if paper.required and not paper.shown_only and paper.pk not in have
        ]

    @property
    def pages(self) -> Iterator[Page]:
        """The overview."""
        for code in self.codes[:-3]:
            yield Page(self.title(code), self.url(code), self.progress(code))
        papers = Progress.TODO if self.lacking else Progress.DONE
        yield Page(self.title(PAPERS), self.url(PAPERS), papers)
        place = Progress.DONE if self.draft.unit_id else Progress.TODO
        yield Page(self.title(PLACE), self.url(PLACE), place)

    @property
    def ready(self) -> bool:
        """Whether everything needed for filing is there."""
        return self.checked.ok and not self.lacking and self.draft.unit_id is not None

    # --- What it will cost and take ---

    @property
    def fee(self) -> fees.Assessed:
        """The fee estimate for filing online with the answers as they are."""
        return estimate(self.draft.version, self.draft.case, self.checked.cleaned)

    @property
    def limit(self) -> TimeLimit | None:
        """The statutory time of this dossier when filed online."""
        return online_limit(self.draft.version, self.draft.case)

    def expected(self, unit: Unit) -> datetime.datetime | None:
        """When the result would be due if `unit` accepted the dossier this minute; None without a known time."""
        version = self.draft.version
        rule = rule_of(self.limit, start=version.clock_start, restarts=version.supplement_restarts_clock)
        return run(clock.now(), rule, calendar_for(unit)) if rule else None


def estimate(version: ProcedureVersion, case: ProcedureCase | None, answers: dict[str, Any]) -> fees.Assessed:
    """What filing online today costs with these cleaned answers."""
    return fees.estimate(version, case, channel=Channel.ONLINE, answers=answers, on=clock.today())


def online_limit(version: ProcedureVersion, case: ProcedureCase | None) -> TimeLimit | None:
    """The statutory time for filing online: that of the case, or else of every case."""
    limits = [
        limit
        for limit in version.timelimits.filter(channel=Channel.ONLINE)
        if limit.case_id is None or (case is not None and limit.case_id == case.pk)
    ]
    return max(limits, key=lambda limit: limit.case_id is not None, default=None)


def mark_of(user_id: int) -> str:
    """Who the page was made for, without saying who: the browser's spare copy is of this person only."""
    return salted_hmac("dossiers.draft-copy", str(user_id)).hexdigest()[:16]


def shape_of(form: EForm) -> str:
    """A short fingerprint of what a section asks and says, so that a page knows when it must be drawn again."""
    blocks = [
        [
            block.spec.name,
            block.kind,
            block.text,
            list(block.warnings),
            bool(block.bound and block.bound.field.required),
            [
                [(part.bound.html_name if part.bound else "", list(part.warnings)) for part in row.blocks]
                for row in block.rows
            ],
        ]
        for section in form.sections
        for block in section.blocks
    ]
    return hashlib.sha256(json.dumps(blocks).encode()).hexdigest()[:16]


def asked_now(form: EForm) -> set[str]:
    """Names of the single questions a section asks with the answers as they are."""
    return {name for section in form.sections for name in section.asked.split()}
