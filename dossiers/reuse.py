"""Tell us once: what a person's earlier dossiers, issued results and profile can answer. Reads only.

Only the person's own: dossiers of his account (at the counter: those the officer may see of the number on the card).
Nothing is taken here; `actions/reuse.py` takes what the person accepts.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.models import Dossier, DossierForm, Result, SourceKind
from dossiers.states import State
from dossiers.store import on_file
from portal.accounts.models import User
from portal.lib.identity import read_personal_number
from portal.templatetags.portal import day_text
from procedures.form_engine import check_answers, value_text
from procedures.form_schema import FieldSpec, load
from procedures.forms_engine import facts
from procedures.forms_engine.conditions import is_blank
from procedures.forms_engine.facts import SELF, Group, Slot
from procedures.forms_engine.lists import Lists

if TYPE_CHECKING:
    from dossiers.models import AnswerSource, Document
    from procedures.form_engine import EForm
    from procedures.models import ProcedureVersion

MOST_DOSSIERS = 30
MOST_PEOPLE = 3
SHOWN_DIGITS = 4


@dataclass(frozen=True)
class Source:
    """Where a fact was told: in a dossier, by an issued result, in the profile."""

    kind: str
    day: datetime.date
    dossier: Dossier | None = None
    document: Document | None = None

    @property
    def text(self) -> str:
        """The source and its day, for people."""
        return source_text(self.kind, self.day, self.dossier, self.document)

    @property
    def key(self) -> str:
        """Names the source in a post."""
        row = self.document or self.dossier
        return f"{self.kind}-{row.pk if row else 0}"


def source_text(
    kind: str,
    day: datetime.date,
    dossier: Dossier | None = None,
    document: Document | None = None,
    note: str = "",
) -> str:
    """A source in words: "từ hồ sơ … ngày …", "từ kết quả … số … ngày …"."""
    when = day_text(day)
    if kind == SourceKind.DOSSIER and dossier:
        return _("từ hồ sơ %(code)s ngày %(day)s") % {"code": dossier.code, "day": when}
    if kind == SourceKind.RESULT and document:
        names = {"title": document.title, "number": document.number, "day": when}
        return _("từ kết quả “%(title)s” số %(number)s ngày %(day)s") % names
    if kind == SourceKind.FORMER:
        return _("trước %(day)s: %(name)s") % {"day": when, "name": note}
    return _("từ trang cá nhân, cập nhật ngày %(day)s") % {"day": when}


@dataclass(frozen=True)
class Offer:
    """One answer that can be taken: the value as stored, in words (numbers of people half hidden), its source."""

    field: str
    label: str
    value: Any
    text: str
    source: Source

    @property
    def key(self) -> str:
        """Names the offer in a post; the server finds the value again by itself."""
        return f"{self.field}|{self.source.key}"


@dataclass(frozen=True)
class Card:
    """What is known of one person, register entry or group of rows, for the questions of a section."""

    key: str
    title: str
    offers: tuple[Offer, ...]

    @property
    def source(self) -> str:
        """The one source of the whole card, "" when there are several: then each answer tells its own."""
        told = {offer.source.text for offer in self.offers}
        return told.pop() if len(told) == 1 else ""


@dataclass
class Known:
    """A person as earlier told: fact -> (value, where), the newest telling winning."""

    identity: str
    role: str
    facts: dict[str, tuple[Any, Source]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name, "" when it was never told."""
        return str(self.facts.get("full_name", ("", None))[0])


class Memory:
    """Everything one may be offered again. `own` is the number of the person who files."""

    def __init__(self, dossiers: QuerySet[Dossier], *, own: str, gender: str, profile: User | None) -> None:
        self._dossiers = dossiers
        self.own, self.gender, self.profile = own, gender, profile

    @classmethod
    def of(cls, user: User) -> Memory:
        """What the account of a citizen or organisation knows."""
        own = user.id_number or user.tax_code
        return cls(Dossier.objects.of_account(user), own=own, gender=user.gender, profile=user)

    @classmethod
    def at_counter(cls, officer: User, number: str, gender: str = "") -> Memory:
        """What the officer may read of the person with this number: dossiers in his own scope, no profile."""
        return cls(on_file(officer, number), own=number, gender=gender, profile=None)

    @cached_property
    def forms(self) -> list[DossierForm]:
        """The last answers of the newest dossiers, newest first; refused ones told nothing that was accepted."""
        newest = self._dossiers.exclude(state=State.REFUSED).order_by("-filed_at", "-pk")[:MOST_DOSSIERS]
        last = DossierForm.objects.filter(dossier=OuterRef("dossier")).order_by("-revision").values("pk")[:1]
        rows = DossierForm.objects.filter(dossier__in=newest.values("pk"), pk=Subquery(last))
        return list(
            rows.select_related("dossier__version", "dossier__procedure").order_by(
                "-dossier__filed_at", "-pk"
            )
        )

    @cached_property
    def people(self) -> dict[str, Known]:
        """Identity -> person; the person himself first, by his profile and by what he declared."""
        found: dict[str, Known] = {}
        if self.profile is not None:
            found[SELF] = Known(SELF, SELF, dict(_of_profile(self.profile)))
        for form in self.forms:
            schema = load(form.dossier.version)
            if schema is None:
                continue
            source = Source(SourceKind.DOSSIER, timezone.localdate(form.dossier.filed_at), form.dossier)
            told = facts.people_in(schema, form.answers, own=self.own, gender=self.gender)
            for identity, (role, values) in told.items():
                person = found.setdefault(identity, Known(identity, role))
                for attr, value in values.items():
                    person.facts.setdefault(attr, (value, source))
        return found

    @cached_property
    def results(self) -> list[Result]:
        """Issued results that grant something, newest first."""
        newest = self._dossiers.order_by("-filed_at", "-pk")[:MOST_DOSSIERS]
        rows = Result.objects.filter(dossier__in=newest.values("pk"), granted=True, document__isnull=False)
        return list(rows.select_related("document__unit", "dossier__procedure").order_by("-issued_at", "-pk"))


def _of_profile(user: User) -> Iterator[tuple[str, tuple[Any, Source]]]:
    source = Source(SourceKind.PROFILE, profile_day(user))
    values = {
        "full_name": user.full_name,
        "id_number": user.id_number,
        "date_of_birth": user.date_of_birth.isoformat() if user.date_of_birth else "",
        "gender": user.gender,
        "phone": user.phone,
        "email": user.email,
        "residence": user.address_line,
        "address_line": user.address_line,
        "commune": user.commune.code if user.commune else "",
    }
    yield from ((attr, (value, source)) for attr, value in values.items() if value)


def profile_day(user: User) -> datetime.date:
    """The day the profile was last changed."""
    last = user.history.order_by("-history_date").values_list("history_date", flat=True).first()
    return timezone.localdate(last or user.date_joined)


# --- What a section can be offered ---


class Offers:
    """The cards of one section of a form, given its answers so far.

    `taken`: what was taken already counts as on offer too, to find its source again.
    """

    def __init__(
        self, memory: Memory, version: ProcedureVersion, form: EForm, section: str, *, taken: bool = False
    ) -> None:
        self.memory, self.version, self.form, self.taken = memory, version, form, taken
        self.section = form.schema.section(section)
        self.names = form.checked.visible.get(section, [])

    @cached_property
    def cards(self) -> list[Card]:
        """Everything that can be taken, people first."""
        made = [*self._people(), *self._registers(), *self._rows()]
        return [card for card in made if card.offers]

    def chosen(self, keys: Iterable[str], card: str = "") -> list[Offer]:
        """The offers a post names, one by one or a whole card; the first of two for one field counts."""
        wanted = set(keys)
        found: dict[str, Offer] = {}
        for each in self.cards:
            for offer in each.offers:
                if offer.key in wanted or (card and card in {each.key, "all"}):
                    found.setdefault(offer.field, offer)
        return list(found.values())

    def _people(self) -> Iterator[Card]:
        memory, answers = self.memory, self.form.answers
        for group in facts.groups_of(self.section, self.names):
            identity = group.identity(answers, own=memory.own, gender=memory.gender)
            for person in self._candidates(group, identity):
                offers = tuple(self._offers(group.slots, person))
                name = _("Chính bạn") if person.identity == SELF and memory.profile else person.name
                yield Card(_key(group.role, person.identity), name or str(group.slots[0].spec.label), offers)

    def _candidates(self, group: Group, identity: str) -> list[Known]:
        if identity:
            return [self.memory.people[identity]] if identity in self.memory.people else []
        named = any(
            not is_blank(self.form.answers.get(slot.name)) for slot in group.slots if slot.attr == "full_name"
        )
        if group.number is None or (named and not self.taken):
            return []
        taken = self._named_already()
        others = [
            each
            for each in self.memory.people.values()
            if each.identity not in taken and each.name and _fits(group.role, each, self.memory.own)
        ]
        return sorted(others, key=lambda each: each.role != group.role)[:MOST_PEOPLE]

    def _named_already(self) -> set[str]:
        """Identities other questions of this form are about: nobody is his own mother."""
        schema, memory = self.form.schema, self.memory
        told = facts.people_in(schema, self.form.answers, own=memory.own, gender=memory.gender)
        return {identity for identity, (role, _facts) in told.items() if role != "declarant"}

    def _offers(self, slots: Iterable[Slot], person: Known) -> Iterator[Offer]:
        values = {attr: value for attr, (value, _source) in person.facts.items()}
        found = []
        for slot in slots:
            value = facts.fact_for(slot, values)
            source = person.facts.get(slot.attr) or person.facts.get("date_of_birth")
            if value is not None and source is not None:
                found.append((slot.spec, value, source[1]))
        yield from self._taking(found)

    def _taking(self, found: list[tuple[FieldSpec, Any, Source]]) -> Iterator[Offer]:
        """Offers, but for questions that have this answer already or would not take it."""
        if not found:
            return
        lists, has = self.form.lists, self.form.checked.cleaned
        given = {**self.form.answers, **{spec.name: value for spec, value, _source in found}}
        cleaned = check_answers(self.form.schema, given, lists=lists).cleaned
        for spec, _value, source in found:
            value = cleaned.get(spec.name)
            if not is_blank(value) and (self.taken or value != has.get(spec.name)):
                yield Offer(spec.name, str(spec.label), value, shown(spec, value, lists), source)

    def _registers(self) -> Iterator[Card]:
        """Entries of registers: number, day and office of results issued in the same field."""
        groups = facts.register_groups(self.section, self.names)
        if not groups:
            return
        field_id = self.version.procedure.field_id
        for result in [each for each in self.memory.results if each.dossier.procedure.field_id == field_id]:
            document = result.document
            if document is None or result.issued_at is None:
                continue
            day = timezone.localdate(result.issued_at)
            source = Source(SourceKind.RESULT, day, document=document)
            values = {"number": document.number, "date": day.isoformat(), "office": document.unit.full_name}
            for parts in groups:
                if not self.taken and not is_blank(self.form.answers.get(parts["number"])):
                    continue
                by_name = self.form.schema.by_name
                found = [(by_name[name], values[part], source) for part, name in parts.items()]
                yield Card(f"{parts['number']}-{document.pk}", document.title, tuple(self._taking(found)))

    def _rows(self) -> Iterator[Card]:
        for spec in facts.row_groups(self.section, self.names):
            if not self.taken and not is_blank(self.form.checked.cleaned.get(spec.name)):
                continue
            for form in self.memory.forms:
                same = form.dossier.procedure_id == self.version.procedure_id
                if same and not is_blank(form.answers.get(spec.name)):
                    day = timezone.localdate(form.dossier.filed_at)
                    source = Source(SourceKind.DOSSIER, day, form.dossier)
                    offers = tuple(self._taking([(spec, form.answers[spec.name], source)]))
                    yield Card(spec.name, str(spec.label), offers)
                    break


def _fits(role: str, person: Known, own: str) -> bool:
    """Whether somebody can be in this role: no father is offered as a mother."""
    wanted = {"mother": "female", "female": "female", "father": "male", "male": "male"}.get(role)
    number = read_personal_number(own if person.identity == SELF else person.identity)
    return wanted is None or number is None or number.gender == wanted


def _key(role: str, identity: str) -> str:
    """Names a person in a post without telling the number."""
    return f"{role}-{hashlib.sha256(identity.encode()).hexdigest()[:10]}"


def shown(spec: FieldSpec, value: Any, lists: Lists) -> str:
    """A known value in words; of a sensitive one only the end, so that a screen tells nobody else."""
    if isinstance(value, list) and spec.fields:
        return _("%(number)s dòng") % {"number": len(value)}
    text = value_text(spec, value, lists)
    if spec.sensitivity != "sensitive" or len(text) <= SHOWN_DIGITS:
        return text
    return "•" * (len(text) - SHOWN_DIGITS) + text[-SHOWN_DIGITS:]


# --- What was taken ---


def spoken(sources: Iterable[AnswerSource], answers: Mapping[str, Any]) -> dict[str, str]:
    """Field -> its source in words, for answers that still are what was taken."""
    return {
        row.field: source_text(row.kind, row.day, row.from_dossier, row.from_document, row.note)
        for row in sources
        if still(row, answers)
    }


def still(row: AnswerSource, answers: Mapping[str, Any]) -> bool:
    """Whether an answer is what was taken; one changed by hand was typed."""
    return not is_blank(row.value) and _same(answers.get(row.field), row.value)


def _same(typed: Any, value: Any) -> bool:
    """Answers are kept as typed: a whole number may stand as text, a day as dd/mm/yyyy."""
    if typed == value or str(typed) == str(value):
        return True
    parts = str(value).split("-")
    return isinstance(typed, str) and len(parts) == 3 and typed == "/".join(reversed(parts))
