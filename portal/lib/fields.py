"""How a bound field is shown: what `{% field %}` and `{% form_errors %}` hand to their templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.FileInput, "file"),
    (forms.HiddenInput, "hidden"),
    (forms.DateInput, "date"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
)
CLASSES = {"select": "select", "textarea": "textarea", "file": "file-input", "checkbox": "choice-input"}
OPTIONS = {
    "label",
    "hint",
    "autocomplete",
    "inputmode",
    "width",
    "rows",
    "inline",
    "legend_class",
    "prefix",
    "suffix",
}
PASSED_ON = ("data_", "hx_", "aria_")


@dataclass(frozen=True)
class FieldError:
    """A line of the error summary: where it leads (an element id, or empty) and what it says."""

    target: str
    message: str


class FieldView:
    """A bound field as its template sees it."""

    def __init__(self, bound: BoundField, options: dict[str, Any]) -> None:
        unknown = {name for name in options if name not in OPTIONS and not name.startswith(PASSED_ON)}
        if unknown:
            raise TypeError(f"field: unknown options {sorted(unknown)}")
        self.bound = bound
        self.options = options
        self.kind = kind_of(bound)
        self.id = bound.auto_id or f"id_{bound.html_name}"
        self.label = options.get("label") or bound.label
        self.hint = options.get("hint") or bound.help_text
        self.errors = messages_of(bound)
        self.required = bound.field.required
        self.inline = bool(options.get("inline"))
        self.prefix = options.get("prefix", "")
        self.suffix = options.get("suffix", "")
        self.legend_class = options.get("legend_class", "")

    @property
    def is_group(self) -> bool:
        """Whether it is a set of choices, shown as a fieldset."""
        return self.kind in {"radios", "checkboxes"}

    @property
    def described_by(self) -> str:
        """Ids of hint and error, for aria-describedby."""
        parts = [f"{self.id}-hint" if self.hint_text else "", f"{self.id}-error" if self.errors else ""]
        return " ".join(part for part in parts if part)

    @property
    def hint_text(self) -> str:
        """The hint; dates show how to type them when nothing else is said."""
        if not self.hint and self.kind == "date":
            return _("Ví dụ: 24/11/2026")
        return str(self.hint)

    @property
    def control(self) -> SafeString:
        """The widget with its attributes."""
        return self.bound.as_widget(attrs=self._attributes())

    @property
    def choices(self) -> Iterator[dict[str, Any]]:
        """The options of a group, each with its input and label."""
        for option in self.bound.subwidgets:
            option.data["attrs"]["class"] = "choice-input"
            option.data["attrs"].pop("aria-invalid", None)  # a single radio button cannot be invalid
            option.data["attrs"].pop("aria-describedby", None)
            yield {"input": option.tag(), "id": option.id_for_label, "label": option.choice_label}

    def _attributes(self) -> dict[str, Any]:
        options = self.options
        size = f" input-w{options['width']}" if options.get("width") else ""
        attributes: dict[str, Any] = {
            "class": CLASSES.get(self.kind, "input")
            + (size or (" input-w12" if self.kind == "date" else "")),
            "aria-describedby": self.described_by or False,
            "aria-invalid": "true" if self.errors else False,
        }
        if self.kind == "date":
            attributes |= {"inputmode": "numeric", "maxlength": "10"}
        for name in ("autocomplete", "inputmode", "rows"):
            if options.get(name):
                attributes[name] = options[name]
        passed = {name: value for name, value in options.items() if name.startswith(PASSED_ON)}
        return attributes | {name.replace("_", "-"): value for name, value in passed.items()}


def kind_of(bound: BoundField) -> str:
    """The kind of control, from its widget."""
    for widget, kind in KINDS:
        if isinstance(bound.field.widget, widget):
            return kind
    return "input"


def target_of(bound: BoundField) -> str:
    """The id of the element a summary line leads to: the control, or the first option of a group."""
    own = bound.auto_id or f"id_{bound.html_name}"
    return f"{own}_0" if kind_of(bound) in {"radios", "checkboxes"} else own


def errors_of(form: Any) -> Iterator[FieldError]:
    """Every error of a form, or of a formset and its forms, in the order of the fields."""
    if not getattr(form, "is_bound", False):
        return
    if isinstance(form, forms.BaseFormSet):
        yield from (FieldError("", str(message)) for message in form.non_form_errors())
        for part in form.forms:
            yield from errors_of(part)
        return
    yield from (FieldError("", str(message)) for message in form.non_field_errors())
    for bound in form:
        for message, missing in zip(messages_of(bound), _are_missing(bound), strict=True):
            # "Fill this in" says nothing away from its field: the summary names it.
            yield FieldError(target_of(bound), f"{bound.label}: {message}" if missing else message)


def messages_of(bound: BoundField) -> list[str]:
    """The errors of a field; Django's bare "required" becomes what to do, unless the form words its own."""
    missing = _are_missing(bound)
    return [
        _missing_text(bound) if bare else str(text) for text, bare in zip(bound.errors, missing, strict=True)
    ]


def _are_missing(bound: BoundField) -> list[bool]:
    """For each error of the field, whether it is Django's own "required"."""
    default = str(forms.Field.default_error_messages["required"])
    return [error.code == "required" and str(text) == default for error, text in _pairs(bound)]


def _pairs(bound: BoundField) -> list[tuple[Any, str]]:
    return list(zip(bound.errors.as_data(), map(str, bound.errors), strict=True))


def _missing_text(bound: BoundField) -> str:
    kind = kind_of(bound)
    if kind in {"select", "radios", "checkboxes"}:
        return _("Hãy chọn một mục.")
    if kind == "file":
        return _("Hãy chọn tệp.")
    return _("Hãy đánh dấu mục này.") if kind == "checkbox" else _("Hãy điền mục này.")
