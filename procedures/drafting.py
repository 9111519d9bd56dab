"""What is wrong with a draft: form, whole document, lint, scripted examples. Pure but for units and templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from procedures.form_schema import BadSchemaError, FormSchema, parse
from procedures.importing import examples
from procedures.importing.configured_file import ConfiguredFile
from procedures.models import Channel, PaperTemplate
from procedures.quality import LINT, form_faults, paper_faults, result_faults


@dataclass(frozen=True)
class Place:
    """Something wrong with a draft. `path` leads into the document ("papers.2.name"), `kind`: file, lint or example."""

    path: str
    message: str
    kind: str = "file"

    @property
    def part(self) -> str:
        """The key of the document it is in."""
        return self.path.partition(".")[0]


def read_document(content: Mapping[str, Any]) -> ConfiguredFile:
    """The document as the loader takes it. Raises pydantic.ValidationError."""
    return ConfiguredFile.model_validate(json.loads(json.dumps(content)))


def places(content: Mapping[str, Any], *, announced: bool = False) -> list[Place]:
    """Everything that stands in the way of publishing, in the order of the document; empty when nothing does.

    With `announced` the announcing decision, its date and the legal basis must be there too.
    """
    try:
        file = read_document(content)
    except ValidationError as error:
        found = [*_file_places(error), *_announcement(content, announced)]
    else:
        found = [*_announcement(content, announced), *_lint(file), *_templates(file), *_examples(file)]
    return sorted(found, key=lambda place: _order(place.part))


def form_places(raw: Any) -> list[Place]:
    """Why a form cannot work, each with its path; empty when it can."""
    try:
        parse(raw)
    except BadSchemaError as error:
        return [_placed(f"form.{line}") for line in str(error).splitlines()]
    return []


def _order(part: str) -> int:
    keys = list(ConfiguredFile.model_fields)
    return keys.index(part) if part in keys else -1


def _file_places(error: ValidationError) -> Iterator[Place]:
    for fault in error.errors(include_url=False, include_context=False):
        path = ".".join(str(part) for part in fault["loc"])
        for line in fault["msg"].removeprefix("Value error, ").splitlines():
            yield (
                _placed(f"{path}.{line}" if path == "form" else line)
                if path in {"", "form"}
                else Place(path, line)
            )


def _placed(line: str) -> Place:
    """A fault that begins with its path, as the checks of the whole document write it."""
    path, colon, message = line.partition(": ")
    return Place(path, message) if colon and " " not in path else Place("", line)


def _announcement(content: Mapping[str, Any], announced: bool) -> Iterator[Place]:
    if announced:
        for key in ("decision", "decision_date", "basis"):
            if not content.get(key):
                yield Place(key, "Field required")


def _lint(file: ConfiguredFile) -> Iterator[Place]:
    form = file.form.model_dump(mode="json", exclude_defaults=True)
    for fault in (*paper_faults(file.papers), *result_faults(file.results), *form_faults(form)):
        yield Place(fault.part, f"{LINT[fault.code]}: {fault.detail}", "lint")
    for channel in _free_because_unentered(file):
        yield Place("fees", f"{LINT['free-unentered']}: {channel}", "lint")


def _free_because_unentered(file: ConfiguredFile) -> Iterator[str]:
    """Channels that would be shown as free though the fee is on the list of what nobody entered.

    The lint's other kinds about times and steps are faults of the document itself, see `configured_file`.
    """
    for time in file.times if "fee" in file.missing else []:
        charged = any(fee.channel in {"", time.channel} for fee in file.of_case(file.fees, time.case))
        if not charged and time.channel not in file.fee_unknown:
            yield str(Channel(time.channel).label)


def _templates(file: ConfiguredFile) -> Iterator[Place]:
    wanted = {paper.template for paper in file.papers if paper.template}
    known = set(PaperTemplate.objects.filter(sha256__in=wanted).values_list("sha256", flat=True))
    for number, paper in enumerate(file.papers):
        if paper.template and paper.template not in known:
            yield Place(f"papers.{number}.template", "unknown template")


def _examples(file: ConfiguredFile) -> Iterator[Place]:
    for number, fault in examples.faults(file, examples.lists()):
        yield Place(f"examples.{number}", fault, "example")


def schema_of(content: Mapping[str, Any]) -> FormSchema | None:
    """The form of a document, None where there is none that works."""
    try:
        return parse(content["form"]) if content.get("form") else None
    except BadSchemaError:
        return None
