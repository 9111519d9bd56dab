"""What can be chosen in the editor: of the document, of the catalogue's lists. Pure but for the papers' templates."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import Role
from procedures import dictionary
from procedures.editor.columns import NO_CASE, Choices, Document
from procedures.form_schema import Kind
from procedures.models import (
    Channel,
    ClockStart,
    FeeAuthority,
    FeeKind,
    OnlineLevel,
    PaperTemplate,
    StepKind,
    TimeUnit,
)
from procedures.querysets import MISSING

KINDS = {
    Kind.TEXT: _("chữ, một dòng"),
    Kind.TEXTAREA: _("chữ, nhiều dòng"),
    Kind.NAME: _("họ và tên"),
    Kind.ID_NUMBER: _("số giấy tờ tùy thân"),
    Kind.TAX_CODE: _("mã số thuế"),
    Kind.DATE: _("ngày"),
    Kind.YEAR: _("năm"),
    Kind.PHONE: _("điện thoại"),
    Kind.EMAIL: _("thư điện tử"),
    Kind.CHOICE: _("chọn một"),
    Kind.MULTI: _("chọn nhiều"),
    Kind.CHECKBOX: _("ô đánh dấu"),
    Kind.INTEGER: _("số nguyên"),
    Kind.MONEY: _("số tiền"),
    Kind.COMMUNE: _("xã, phường"),
    Kind.ADDRESS: _("địa chỉ"),
    Kind.COUNTRY: _("quốc gia"),
    Kind.NATIONALITY: _("quốc tịch"),
    Kind.ETHNICITY: _("dân tộc"),
    Kind.COMPUTED: _("giá trị tự tính"),
    Kind.GROUP: _("nhóm lặp lại"),
    Kind.INFO: _("lời chỉ dẫn"),
}
PREFILLS = (
    "full_name",
    "organisation_name",
    "id_number",
    "tax_code",
    "date_of_birth",
    "gender",
    "phone",
    "email",
    "address",
    "commune",
)


def kinds(_document: Document) -> Choices:
    """Types of fields."""
    return [(kind.value, label) for kind, label in KINDS.items()]


def channels(_document: Document) -> Choices:
    """Ways of filing."""
    return list(Channel.choices)


def levels(_document: Document) -> Choices:
    """Online levels a version may have."""
    return [choice for choice in OnlineLevel.choices if choice[0] != OnlineLevel.UNCONFIRMED]


def clock_starts(_document: Document) -> Choices:
    """From when time is counted."""
    return list(ClockStart.choices)


def units_of_time(_document: Document) -> Choices:
    """Units a promised day can be counted in."""
    usable = {"same_day", "work_hour", "work_day", "day", "month"}
    return [choice for choice in TimeUnit.choices if choice[0] in usable]


def missing(_document: Document) -> Choices:
    """Facts that may be unconfirmed."""
    return [(code, text) for code, text in MISSING.items() if code not in {"form", "process"}]


def cases(document: Document) -> Choices:
    """The cases of the document."""
    return [(each.get("code", ""), each.get("title", "")) for each in document.get("cases", [])]


def led(document: Document) -> Choices:
    """Where a choice may lead: a case, or the procedure as a whole."""
    return [*cases(document), (NO_CASE, _("thủ tục không chia trường hợp"))]


def questions(document: Document) -> Choices:
    """The questions of the document."""
    return [(each.get("code", ""), vi(each.get("text"))) for each in document.get("questions", [])]


def templates(_document: Document) -> Choices:
    """Blank papers of the library, by name; one query."""
    return list(PaperTemplate.objects.values_list("sha256", "name"))


def papers(document: Document) -> Choices:
    """The papers of the document."""
    return [(each.get("code", ""), each.get("name", "")) for each in document.get("papers", [])]


def step_kinds(_document: Document) -> Choices:
    """Kinds of internal steps."""
    return list(StepKind.choices)


def step_roles(_document: Document) -> Choices:
    """Posts that do steps."""
    able = {"counter", "specialist", "head", "leader", "clerk"}
    return [(role.value, role.label) for role in Role if role.value in able]


def fee_kinds(_document: Document) -> Choices:
    """Phí or lệ phí."""
    return list(FeeKind.choices)


def fee_authorities(_document: Document) -> Choices:
    """Who sets an amount."""
    return list(FeeAuthority.choices)


def fields_of(document: Document, *types: str) -> Choices:
    """Fields of the document's form, of these types only when some are named."""
    sections: list[dict[str, Any]] = (document.get("form") or {}).get("sections", [])
    return [
        (spec.get("name", ""), f"{vi(spec.get('label'))} ({spec.get('name', '')})")
        for section in sections
        for spec in section.get("fields", [])
        if not types or spec.get("type") in types
    ]


def fields(document: Document) -> Choices:
    """Every field of the form."""
    return fields_of(document)


def counted(document: Document) -> Choices:
    """Fields a fee can be counted by."""
    return fields_of(document, "integer")


def lists(_document: Document) -> Choices:
    """Lists of the dictionary."""
    return [(name, name) for name in dictionary.load()["lists"]]


def concepts(_document: Document) -> Choices:
    """Fields of the data dictionary."""
    return [(code, f"{entry['label']['vi']} ({code})") for code, entry in dictionary.load()["fields"].items()]


def prefills(_document: Document) -> Choices:
    """What the profile knows."""
    return [(f"profile.{name}", f"profile.{name}") for name in PREFILLS]


def of(*pairs: tuple[str, Any]) -> Any:
    """A fixed list."""
    return lambda _document: list(pairs)


def vi(text: Any) -> str:
    """The Vietnamese of a text in both languages."""
    return str(text.get("vi", "")) if isinstance(text, dict) else str(text or "")
