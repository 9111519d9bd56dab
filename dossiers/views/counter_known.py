"""What is on file of the person at the counter: earlier answers and papers of dossiers the officer may read.

The page keeps no state: what was taken is named in hidden fields, and its source is found again when the dossier is
filed. An answer changed by hand meanwhile counts as typed.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from dossiers.reuse import Card, Memory, Offer, Offers
from dossiers.store import Item, Store
from dossiers.views import former
from portal.accounts.former import named
from procedures.form_engine import EForm, whole_form

if TYPE_CHECKING:
    from portal.accounts.models import User
    from procedures.models import ProcedureVersion, RequiredDocument

MOST_PAPERS = 3


class OnFile:
    """Earlier answers and papers of one number; empty until there is one."""

    def __init__(
        self, user: User, version: ProcedureVersion, data: QueryDict | None, form: EForm, number: str
    ) -> None:
        self.user, self.version, self.number = user, version, number
        self.data = data if data is not None else QueryDict()
        self.memory = Memory.at_counter(user, number)
        self.form = form
        self.keys = self.data.getlist("taken")
        go = self.data.get("go", "")
        if go.startswith("take"):
            self.form = self._with_taken(form)
        elif go.startswith(("former:", "unit:")):
            self.form = self._with_unit(form, go)
        self.form.asks_former = True
        self.form.sources = {offer.field: offer.source.text for offer in self.taken()}

    def _with_taken(self, form: EForm) -> EForm:
        """The form again with what the officer just took with the person."""
        ticked, card = self.data.getlist("take"), self.data.get("go", "").partition(":")[2]
        offers = [
            offer for section in form.checked.visible for offer in self._offers(section).chosen(ticked, card)
        ]
        self.keys = list(dict.fromkeys([*self.keys, *(offer.key for offer in offers)]))
        return whole_form(form.schema, initial={**form.answers, **{o.field: o.value for o in offers}})

    def _with_unit(self, form: EForm, go: str) -> EForm:
        """The form again with the unit of today an old name became, or with the units it may be."""
        field, name, code = former.pressed(go, self.data)
        if field not in former.communes_of(form):
            return form
        found = named(name) if name else None
        chosen = code or (found.code if found else "")
        if chosen:
            return whole_form(form.schema, initial={**form.answers, field: chosen})
        if found:
            form.former = {field: found}
        return form

    def _offers(self, section: str, *, taken: bool = False) -> Offers:
        return Offers(self.memory, self.version, self.form, section, taken=taken)

    @cached_property
    def cards(self) -> dict[str, list[Card]]:
        """Section -> what is known for it."""
        if not self.number:
            return {}
        return {section: self._offers(section).cards for section in self.form.checked.visible}

    @property
    def sections(self) -> list[dict[str, Any]]:
        """The sections of the form, each with what is known for it."""
        return [{"block": each, "cards": self.cards.get(each.code, [])} for each in self.form.sections]

    def taken(self) -> list[Offer]:
        """What was taken and still stands in the form."""
        if not self.keys or not self.number:
            return []
        cleaned = self.form.checked.cleaned
        return [
            offer
            for section in self.form.checked.visible
            for offer in self._offers(section, taken=True).chosen(self.keys)
            if cleaned.get(offer.field) == offer.value
        ]

    @cached_property
    def _items(self) -> list[Item]:
        return Store.at_counter(self.user, self.number).items() if self.number else []

    def papers_for(self, paper: RequiredDocument) -> list[Item]:
        """Papers on file that serve for `paper`."""
        return [item for item in self._items if item.serves(paper)][:MOST_PAPERS]
