"""A linked filing as it is shown: each part with its code, owner, time and how far it has come. Reads only."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers.models import LinkedFiling, LinkedPart, PartState
from dossiers.tracking import facts_of
from dossiers.wizard import Wizard
from portal.lib import clock
from procedures.bundles import Bundle, Part, bundles

if TYPE_CHECKING:
    from portal.accounts.models import User

TONES = {
    PartState.WAITING: "info",
    PartState.SENT: "progress",
    PartState.DONE: "good",
    PartState.REFUSED: "bad",
}


@dataclass(frozen=True)
class ShownPart:
    """A part in a list. `url` leads to its draft or dossier, empty for one elsewhere; `ready` before filing."""

    part: LinkedPart
    spec: Part
    code: str
    state: str
    tone: str
    url: str
    ready: bool
    due_at: datetime.datetime | None

    @property
    def elsewhere(self) -> bool:
        """Whether another system handles it."""
        return self.part.state != PartState.HERE

    @property
    def late(self) -> bool:
        """Whether it should have been handed over by now."""
        due = self.part.due_at
        return self.part.state == PartState.WAITING and due is not None and due < clock.now()


@dataclass(frozen=True)
class ShownFiling:
    """A linked filing with its parts; the whole is as far as its least advanced part."""

    linked: LinkedFiling
    bundle: Bundle
    parts: list[ShownPart]

    @property
    def done(self) -> int:
        """How many parts have ended."""
        return sum(_ended(shown.part) for shown in self.parts)

    @property
    def ready(self) -> bool:
        """Whether every part here can be filed."""
        return all(shown.ready for shown in self.parts)

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("dossiers:linked", args=[self.linked.pk])


def _ended(part: LinkedPart) -> bool:
    if part.dossier is not None:
        return part.dossier.closed_at is not None
    return part.state in {PartState.DONE, PartState.REFUSED}


def shown(linked: LinkedFiling) -> ShownFiling:
    """One filing, its parts in order."""
    bundle = bundles()[linked.bundle]
    found = linked.parts.select_related("draft__version__procedure", "draft__unit", "dossier__receiving_unit")
    parts = list(found)
    main = parts[0].dossier.code if parts and parts[0].dossier else ""
    return ShownFiling(linked, bundle, [_shown(part, bundle.part(part.key), main) for part in parts])


def _shown(part: LinkedPart, spec: Part, main: str) -> ShownPart:
    if part.dossier is not None:
        facts, dossier = facts_of(part.dossier), part.dossier
        url = reverse("dossiers:detail", args=[dossier.code])
        state = dossier.get_state_display()
        return ShownPart(part, spec, dossier.code, state, facts.tone, url, ready=True, due_at=dossier.due_at)
    if part.draft is not None:
        ready = Wizard(part.draft).ready
        state, tone = (_("Đủ để nộp"), "good") if ready else (_("Còn phải điền"), "warn")
        url = reverse("dossiers:draft", args=[part.draft.pk])
        return ShownPart(part, spec, "", state, tone, url, ready=ready, due_at=None)
    code = f"{main}.{part.order + 1}" if main else ""
    tone = TONES.get(PartState(part.state), "neutral")
    state = part.get_state_display()
    return ShownPart(part, spec, code, state, tone, "", ready=True, due_at=part.due_at)


def part_of(part: LinkedPart) -> ShownPart:
    """A part elsewhere by itself, for the desk."""
    whole = shown(part.linked)
    return next(each for each in whole.parts if each.part.pk == part.pk)


def of_person(user: User) -> list[ShownFiling]:
    """The person's linked filings, newest first."""
    return [shown(linked) for linked in LinkedFiling.objects.filter(user=user)[:20]]
