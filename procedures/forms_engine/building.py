"""Django forms built from a schema at run time, in blocks for the template `components/form_section.html`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import ErrorDict

from portal.accounts.former import Found
from procedures.form_schema import FieldSpec, FormSchema, Kind, Section
from procedures.forms_engine.checking import Checked, check_answers, row_name
from procedures.forms_engine.fields import shown_field
from procedures.forms_engine.lists import Lists
from procedures.forms_engine.posting import ASKED, form_data, rows_name, typed
from procedures.forms_engine.reading import former_note, value_text


@dataclass(frozen=True)
class Block:
    """A piece of a section: kind is "field", "group", "info" or "computed"."""

    kind: str
    spec: FieldSpec
    bound: BoundField | None = None
    rows: tuple[Row, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    text: str = ""
    source: str = ""
    note: str = ""  # what an old address is today
    former: Found | None = None  # units an old name typed for this question may mean
    asks: bool = False  # the page knows what to do with an old name

    @property
    def asks_former(self) -> bool:
        """Whether an old name may be given instead of choosing from the units of today."""
        return self.asks and self.spec.type == Kind.COMMUNE

    @property
    def label(self) -> str:
        """The question, in the language of the page."""
        return str(self.spec.label)

    @property
    def hint(self) -> str:
        """Help under the label."""
        return str(self.spec.help or "")

    @property
    def unit(self) -> str:
        """What is counted, shown behind the control."""
        return str(self.spec.unit or "")

    @property
    def row_title(self) -> str:
        """What one row is, for the button that adds one."""
        return str(self.spec.row_title or "").lower()

    @property
    def rows_name(self) -> str:
        """The hidden field that counts the rows."""
        return rows_name(self.spec.name)

    @property
    def add_name(self) -> str:
        """The name of the button that adds a row; empty when there are enough."""
        return f"add:{self.spec.name}" if len(self.rows) < self.spec.max_rows else ""


@dataclass(frozen=True)
class Row:
    """A row of a group."""

    number: int
    title: str
    blocks: tuple[Block, ...]
    remove_name: str


@dataclass(frozen=True)
class SectionBlock:
    """A section as the template shows it; `asked` names what is on the page."""

    code: str
    title: str
    hint: str
    blocks: tuple[Block, ...]
    asked: str


class EForm(forms.Form):
    """A form of one or all sections. `is_valid()` runs the engine's check, the draft's other answers in view.

    `typed_answers` is what to keep in the draft, `cleaned_data` the answers that count (of every section),
    `warnings` field -> messages, `sections` the blocks for the template.
    """

    use_required_attribute = False
    asks_former = False  # whether the page takes an old name for a commune (go=former:…, go=unit:…)
    former: Mapping[str, Found] = {}  # field -> what an old name typed for it may mean; set by a view
    sources: Mapping[str, str] = {}  # field -> where its answer is known from, in words; set by a view

    def __init__(
        self,
        schema: FormSchema,
        sections: list[Section],
        data: Mapping[str, Any] | None,
        initial: Mapping[str, Any],
    ) -> None:
        self.schema, self.shown_sections, self.lists = schema, sections, Lists()
        only = sections[0].code if len(sections) == 1 else None
        self.typed_answers = typed(schema, data, only) if data is not None else {}
        self.answers = {**initial, **self.typed_answers}
        self.checked: Checked = check_answers(schema, self.answers, lists=self.lists)
        super().__init__(data=data, initial=form_data(schema, self.answers))
        for section in sections:
            for spec in section.fields:
                self._add(section.code, spec)

    def _add(self, section: str, spec: FieldSpec) -> None:
        if spec.type in {Kind.INFO, Kind.COMPUTED} or spec.name not in self.checked.visible.get(section, ()):
            return
        if spec.type != Kind.GROUP:
            self.fields[spec.name] = self._shown(spec, spec.name)
            return
        self.fields[rows_name(spec.name)] = forms.CharField(required=False, widget=forms.HiddenInput)
        for index in range(self._row_count(spec)):
            for part in spec.fields:
                name = row_name(spec.name, index, part.name)
                if part.type != Kind.COMPUTED and name in self._visible(section):
                    self.fields[name] = self._shown(part, name)

    def _visible(self, section: str) -> list[str]:
        return self.checked.visible.get(section, [])

    def _row_count(self, spec: FieldSpec) -> int:
        rows = self.answers.get(spec.name)
        return min(max(len(rows) if isinstance(rows, list) else 0, spec.min_rows), spec.max_rows)

    def _shown(self, spec: FieldSpec, name: str) -> forms.Field:
        return shown_field(
            spec,
            self.lists,
            required=name in self.checked.required,
            depended_on=spec.name in self.schema.depended_on,
        )

    def full_clean(self) -> None:
        """Errors and cleaned data come from the engine's one pass, not from the fields."""
        self._errors = ErrorDict(renderer=self.renderer)
        if not self.is_bound:
            return
        self.cleaned_data = dict(self.checked.cleaned)
        for section in self.shown_sections:
            for name, messages in self.checked.errors.get(section.code, {}).items():
                key = name if name in self.fields else rows_name(name)
                self._errors[key] = self.error_class(messages, renderer=self.renderer)

    @property
    def warnings(self) -> dict[str, list[str]]:
        """What a person should look at again, by field."""
        codes = [section.code for section in self.shown_sections]
        return {name: said for code in codes for name, said in self.checked.warnings.get(code, {}).items()}

    @property
    def sections(self) -> list[SectionBlock]:
        """The visible sections with their blocks."""
        shown = (section for section in self.shown_sections if section.code in self.checked.visible)
        return [self._section(section) for section in shown]

    def _section(self, section: Section) -> SectionBlock:
        blocks = tuple(self._blocks(section))
        asked = " ".join(block.spec.name for block in blocks if block.kind == "field")
        return SectionBlock(section.code, str(section.title), str(section.hint or ""), blocks, asked)

    def _blocks(self, section: Section) -> Iterator[Block]:
        for spec in section.fields:
            if spec.name not in self._visible(section.code):
                continue
            if spec.type == Kind.GROUP:
                yield Block(
                    "group",
                    spec,
                    rows=tuple(self._rows(spec)),
                    errors=self._said(rows_name(spec.name)),
                    source=self.sources.get(spec.name, ""),
                )
            elif spec.type == Kind.INFO:
                yield Block("info", spec)
            elif spec.type == Kind.COMPUTED:
                if spec.shown and spec.name in self.checked.cleaned:
                    text = value_text(spec, self.checked.cleaned[spec.name], self.lists)
                    yield Block("computed", spec, text=text)
            else:
                yield self._block(spec, spec.name)

    def _block(self, spec: FieldSpec, name: str) -> Block:
        return Block(
            "field",
            spec,
            bound=self[name],
            warnings=tuple(self.warnings.get(name, ())),
            source=self.sources.get(name, ""),
            note=former_note(spec, self.checked.cleaned.get(name)),
            former=self.former.get(name),
            asks=self.asks_former and name == spec.name,
        )

    def _rows(self, spec: FieldSpec) -> Iterator[Row]:
        for index in range(self._row_count(spec)):
            names = [(part, row_name(spec.name, index, part.name)) for part in spec.fields]
            blocks = tuple(self._block(part, name) for part, name in names if name in self.fields)
            removable = self._row_count(spec) > spec.min_rows
            remove = f"remove:{spec.name}:{index}" if removable else ""
            yield Row(index + 1, f"{spec.row_title} {index + 1}", blocks, remove)

    def _said(self, name: str) -> tuple[str, ...]:
        return tuple(str(message) for message in self.errors.get(name, ()))

    @property
    def asked_name(self) -> str:
        """The hidden field that says which questions were on the page."""
        return ASKED


def section_form(
    schema: FormSchema,
    section: str | Section,
    data: Mapping[str, Any] | None = None,
    initial: Mapping[str, Any] | None = None,
) -> EForm:
    """The form of one section. `data` is the post, `initial` every answer of the draft. Raises KeyError."""
    part = schema.section(section) if isinstance(section, str) else section
    return EForm(schema, [part], data, initial or {})


def whole_form(
    schema: FormSchema, data: Mapping[str, Any] | None = None, initial: Mapping[str, Any] | None = None
) -> EForm:
    """Every section on one page, for the counter."""
    return EForm(schema, list(schema.sections), data, initial or {})
