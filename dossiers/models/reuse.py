"""Tell us once: where an answer came from, and how much of a dossier need not be typed again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.documents import Document
from dossiers.models.dossiers import Dossier
from dossiers.models.drafts import Draft
from portal.accounts.models import User
from portal.lib.constraints import both_or_neither, one_of


class SourceKind(models.TextChoices):
    """Where an answer was known from."""

    PROFILE = "profile", _("trang cá nhân")
    DOSSIER = "dossier", _("hồ sơ đã nộp")
    RESULT = "result", _("kết quả đã cấp")
    FORMER = "former", _("tên xã, phường cũ")


class AnswerSource(models.Model):
    """One answer of a draft or dossier that was not typed: what was offered, from where, who took it and when.

    It speaks only while the answer still is `value`: an answer changed by hand was typed. `taken_at` empty: it stands
    in the field, and the person has not passed that section yet.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, null=True, blank=True, related_name="sources")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, blank=True, related_name="sources")
    field = models.CharField(max_length=60)
    kind = models.CharField(max_length=7, choices=SourceKind)
    from_dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, blank=True, related_name="+")
    from_document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    day = models.DateField(help_text="when the source was filed, issued or last changed")
    value = models.JSONField()
    note = models.CharField(max_length=300, blank=True, help_text="former: the old name it was found by")
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("answer_source", "kind", SourceKind),
            both_or_neither("answer_source", "taken_pair", ["taken_at", "taken_by"]),
            models.UniqueConstraint(fields=["draft", "field"], name="answer_source_of_draft"),
            models.UniqueConstraint(fields=["dossier", "field"], name="answer_source_of_dossier"),
            models.CheckConstraint(
                condition=Q(draft__isnull=False) | Q(dossier__isnull=False), name="answer_source_belongs"
            ),
            models.CheckConstraint(
                condition=Q(kind="dossier", from_dossier__isnull=False)
                | Q(kind="result", from_document__isnull=False)
                | Q(kind="profile")
                | (Q(kind="former") & ~Q(note="")),
                name="answer_source_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.kind}"


class DossierReuse(models.Model):
    """What a dossier did not ask again, counted once at filing.

    `answers` questions answered, `answers_known` of them taken from what was known; `papers` of the list given with a
    file, `papers_known` of them given again from the store. Written with the dossier, never changed.
    """

    dossier = models.OneToOneField(Dossier, models.PROTECT, primary_key=True, related_name="reuse")
    answers = models.PositiveSmallIntegerField()
    answers_known = models.PositiveSmallIntegerField()
    papers = models.PositiveSmallIntegerField()
    papers_known = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answers_known__lte=F("answers")) & Q(papers_known__lte=F("papers")),
                name="dossier_reuse_part_of_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.answers_known}/{self.answers}"


class StoredPaper(models.Model):
    """A paper a person put into the own store, for papers of that name in any later dossier.

    The bytes lie in the content-addressed store as those of an attachment. `removed_at`: taken out; a dossier it was
    given with keeps its copy.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="stored_papers")
    title = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    issued_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="the last day it holds; empty: no limit")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "title", "sha256"], condition=Q(removed_at=None), name="stored_paper_once"
            )
        ]

    def __str__(self) -> str:
        return self.title
