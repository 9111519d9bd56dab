"""Feedback and petitions about procedures and how they are handled (NĐ 20/2008/NĐ-CP, amended by NĐ 92/2017/NĐ-CP)."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.models.dossiers import Dossier
from dossiers.querysets_petitions import PetitionQuerySet
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of


class PetitionChannel(models.TextChoices):
    """How it came."""

    PORTAL = "portal", pgettext_lazy("petition", "Trên Cổng")
    PHONE = "phone", _("Điện thoại, đường dây nóng")
    LETTER = "letter", _("Văn bản, thư")
    COUNTER = "counter", _("Tại bộ phận một cửa")
    IHANOI = "ihanoi", "iHanoi"


class PetitionCategory(models.TextChoices):
    """What it is about."""

    EXTRA_PAPER = "extra_paper", _("Bị đòi giấy tờ ngoài danh mục")
    CERTIFIED_COPY = "certified_copy", _("Bị đòi bản sao chứng thực không có căn cứ")
    VNEID = "vneid", _("Bị đòi tài khoản định danh khi nộp trực tiếp")
    CONDUCT = "conduct", _("Thái độ, hành vi của cán bộ")
    LATE = "late", _("Giải quyết chậm, hẹn nhiều lần")
    BROKER = "broker", _("Cò mồi, thu tiền trái quy định")
    SYSTEM = "system", _("Lỗi hoặc khó dùng của Cổng")
    RULE = "rule", _("Quy định về thủ tục không hợp lý")
    OTHER = "other", _("Việc khác")


class PetitionState(models.TextChoices):
    """Where it stands."""

    NEW = "new", pgettext_lazy("petition", "Mới gửi")
    HANDLING = "handling", pgettext_lazy("petition", "Đang xử lý")
    ASKED = "asked", pgettext_lazy("petition", "Chờ người gửi bổ sung")
    ANSWERED = "answered", pgettext_lazy("petition", "Đã trả lời")
    PUBLISHED = "published", pgettext_lazy("petition", "Đã công khai")
    REFUSED = "refused", pgettext_lazy("petition", "Từ chối tiếp nhận")


class PetitionEventKind(models.TextChoices):
    """What happened to it."""

    SUBMITTED = "submitted", pgettext_lazy("petition event", "Gửi phản ánh, kiến nghị")
    TAKEN = "taken", pgettext_lazy("petition event", "Tiếp nhận xử lý")
    FORWARDED = "forwarded", pgettext_lazy("petition event", "Chuyển đúng nơi giải quyết")
    ASKED = "asked", pgettext_lazy("petition event", "Đề nghị bổ sung thông tin")
    SUPPLIED = "supplied", pgettext_lazy("petition event", "Người gửi đã bổ sung")
    REFUSED = "refused", pgettext_lazy("petition event", "Từ chối tiếp nhận")
    ANSWERED = "answered", pgettext_lazy("petition event", "Trả lời")
    PUBLISHED = "published", pgettext_lazy("petition event", "Công khai")
    RATED = "rated", pgettext_lazy("petition event", "Người gửi đánh giá câu trả lời")


def new_token() -> str:
    """A secret nobody can guess: 96 random bits, as in the addresses of documents."""
    return secrets.token_urlsafe(12)


class PetitionSequence(models.Model):
    """The daily counter of petition codes."""

    day = models.DateField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.last}"


class Petition(models.Model):
    """One petition. Name, address and telephone are what the law asks of its sender; nothing of them is published.

    `unit` handles it now; `answer_by` is kept for lists only and recomputed with every event that moves it.
    `public_question` and `public_answer` are what everybody may read once it is published.
    """

    code = models.CharField(max_length=30, unique=True)
    token = models.CharField(max_length=24, unique=True, default=new_token)
    client_key = models.UUIDField(unique=True, default=uuid.uuid4)
    channel = models.CharField(max_length=8, choices=PetitionChannel)
    category = models.CharField(max_length=16, choices=PetitionCategory)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="petitions")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, blank=True, related_name="petitions")
    account = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="petitions")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=150)
    phone = models.CharField(max_length=20)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=250)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=PetitionState, default=PetitionState.NEW)
    submitted_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    public_question = models.TextField(blank=True)
    public_answer = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="refused")
    satisfied = models.BooleanField(null=True, blank=True)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        ordering = ["answer_by", "id"]
        constraints = [
            one_of("petition", "channel", PetitionChannel),
            one_of("petition", "category", PetitionCategory),
            one_of("petition", "state", PetitionState),
            models.CheckConstraint(
                condition=Q(state__in=["answered", "published"], answered_at__isnull=False)
                | (~Q(state__in=["answered", "published"]) & Q(answered_at__isnull=True, answer="")),
                name="petition_answered_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at__isnull=True)),
                name="petition_published_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(satisfied__isnull=True) | Q(answered_at__isnull=False),
                name="petition_rated_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "answer_by"], name="petition_of_unit"),
            models.Index(fields=["-published_at"], condition=Q(state="published"), name="petition_published"),
            models.Index(fields=["account", "-submitted_at"], name="petition_of_account"),
            models.Index(fields=["submitted_at"], name="petition_submitted"),
        ]

    def __str__(self) -> str:
        return self.code


class PetitionEvent(models.Model):
    """One fact about a petition; a trigger refuses UPDATE and DELETE. `text` is what was said to or by the sender."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=PetitionEventKind)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [one_of("petition_event", "kind", PetitionEventKind)]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.kind}"


class PetitionFile(models.Model):
    """A file the sender added; the bytes lie outside the web root under their SHA-256."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
