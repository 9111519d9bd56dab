"""A person's store of papers (kho giấy tờ): what was filed, what was issued, what he put there. Reads only.

Nothing is copied: each item points to bytes in the content-addressed store. An item serves for a paper of the same
kind (`procedures/paper_kinds.py`) while it is valid.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.documents.validity import fault_of
from dossiers.models import Attachment, Document, DocumentKind, Dossier, DossierParty, StoredPaper
from portal.accounts.access import units_with
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.templatetags.portal import day_text
from procedures.paper_kinds import PaperKind, kind_of, same_kind

if TYPE_CHECKING:
    from portal.accounts.models import User
    from procedures.models import RequiredDocument

MOST = 200  # of each kind: what a page can show and a person can look through


@dataclass(frozen=True)
class Item:
    """One paper of the store. `key` names it in a post; exactly one of the rows is set."""

    key: str
    title: str
    name: str
    row: Attachment | Document | StoredPaper
    day: datetime.date
    valid_until: datetime.date | None
    source: str

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return self.row.sha256

    @property
    def size(self) -> int:
        """Bytes."""
        return self.row.size

    @property
    def kind(self) -> PaperKind | None:
        """What kind of paper it is, when that is known."""
        return kind_of(self.title)

    @property
    def valid(self) -> bool:
        """Whether it can still be given."""
        return self.valid_until is None or self.valid_until >= clock.today()

    @property
    def removable(self) -> bool:
        """Whether the person may take it out: what is on file in a dossier stays."""
        return isinstance(self.row, StoredPaper)

    @property
    def url(self) -> str:
        """Where its bytes are given back, behind the doors of their own."""
        if isinstance(self.row, Attachment):
            return reverse("dossiers:attachment", args=[self.row.pk])
        if isinstance(self.row, Document):
            return reverse("dossiers:document", args=[self.row.dossier.code, self.row.pk])
        return reverse("dossiers:stored", args=[self.row.pk])

    def serves(self, paper: RequiredDocument) -> bool:
        """Whether it can be given for `paper`: still valid, and the same paper of the same or another procedure."""
        if not self.valid or paper.shown_only:
            return False
        if same_kind(self.title, paper.name):
            return True
        given = self.row.document if isinstance(self.row, Attachment) else None
        if given is None or given.code != paper.code:
            return False
        return given.version.procedure_id == paper.version.procedure_id

    def columns(self) -> dict[str, Any]:
        """The columns of an attachment that gives it again."""
        names = {Attachment: "from_attachment", Document: "from_document", StoredPaper: "from_stored"}
        content_type = getattr(self.row, "content_type", "application/pdf")
        return {
            "name": self.name,
            "content_type": content_type,
            "size": self.size,
            "sha256": self.sha256,
            names[type(self.row)]: self.row,
        }


class Store:
    """What somebody may give again: `files` and `results` of dossiers, `own` what he keeps himself."""

    def __init__(self, dossiers: QuerySet[Dossier], own: QuerySet[StoredPaper]) -> None:
        files = Attachment.objects.filter(dossier__in=dossiers, removed_at=None, document__isnull=False)
        issued = Document.objects.filter(dossier__in=dossiers, kind=DocumentKind.RESULT).exclude(sha256="")
        self.files = files.select_related("dossier", "document__version").order_by("-uploaded_at", "-pk")
        self.results = issued.select_related("dossier").order_by("-issued_at", "-pk")
        self.own = own

    @classmethod
    def of(cls, user: User) -> Store:
        """The store of a citizen or organisation."""
        return cls(Dossier.objects.of_account(user), StoredPaper.objects.filter(user=user, removed_at=None))

    @classmethod
    def at_counter(cls, officer: User, number: str) -> Store:
        """What the officer may show the person of this number: papers of dossiers in his own scope."""
        return cls(on_file(officer, number), StoredPaper.objects.none())

    def items(self) -> list[Item]:
        """Everything, issued results first, each content once."""
        found: dict[str, Item] = {}
        for item in (*_results(self.results), *_own(self.own), *_filed(self.files)):
            found.setdefault(item.sha256, item)
        return list(found.values())

    def find(self, key: str) -> Item | None:
        """The item named `key`, None for any other text."""
        kind, number = (key[:1], key[1:]) if key[:1] in {"d", "s"} else ("", key)
        if not (number.isascii() and number.isdigit() and len(number) < 18):
            return None
        if kind == "d":
            return next(_results(self.results.filter(pk=number)), None)
        if kind == "s":
            return next(_own(self.own.filter(pk=number)), None)
        return next(_filed(self.files.filter(pk=number)), None)


def on_file(officer: User, number: str) -> QuerySet[Dossier]:
    """Dossiers in the officer's scope that the person of this number filed or owns."""
    if not number:
        return Dossier.objects.none()
    units = units_with(officer, Permission.SEE_PERSONAL_DATA).values("pk")
    theirs = DossierParty.objects.filter(id_number=number).values("dossier")
    mine = Dossier.objects.filter(Q(receiving_unit__in=units) | Q(competent_unit__in=units))
    return mine.filter(pk__in=theirs)


def _results(rows: QuerySet[Document]) -> Iterator[Item]:
    for row in rows[:MOST]:
        if fault_of(row):
            continue
        day = timezone.localdate(row.issued_at)
        kind = kind_of(row.title)
        told = {"number": row.number, "day": day_text(day)}
        source = _("kết quả số %(number)s, cấp ngày %(day)s") % told
        name = f"{row.title[:150]} {row.number}.pdf".replace("/", "-")
        yield Item(f"d{row.pk}", row.title, name, row, day, kind.until(day) if kind else None, source)


def _own(rows: QuerySet[StoredPaper]) -> Iterator[Item]:
    for row in rows[:MOST]:
        day = timezone.localdate(row.uploaded_at)
        source = _("bạn tải lên ngày %(day)s") % {"day": day_text(day)}
        yield Item(f"s{row.pk}", row.title, row.name, row, day, row.valid_until, source)


def _filed(rows: QuerySet[Attachment]) -> Iterator[Item]:
    """Files of dossiers. When the paper was issued is not known: it holds no longer than from the day of filing."""
    for row in rows[:MOST]:
        if row.document is None or row.dossier is None:
            continue
        day = timezone.localdate(row.uploaded_at)
        kind = kind_of(row.document.name)
        told = {"code": row.dossier.code, "day": day_text(day)}
        source = _("đã nộp trong hồ sơ %(code)s, ngày %(day)s") % told
        until = kind.until(day) if kind else None
        yield Item(str(row.pk), row.document.name, row.name, row, day, until, source)
