"""Linked filings in any state, made by the real actions."""

from __future__ import annotations

from dossiers.actions import drafts
from dossiers.actions import linked as actions
from dossiers.models import LinkedFiling, LinkedPart
from procedures.bundles import bundles
from tests.cast import Cast
from tests.factories import dossiers as make

BIRTH_BUNDLE = "khai-sinh-thuong-tru-bhyt"
DWELLING = "1.013314"


def started(cast: Cast) -> LinkedFiling:
    """A linked birth registration of the citizen with all its parts."""
    bundle = bundles()[BIRTH_BUNDLE]
    return actions.start_linked(by=cast.citizen, bundle=bundle, keys=[each.key for each in bundle.parts])


def part(linked: LinkedFiling, key: str) -> LinkedPart:
    """The part named `key` as it is now."""
    return linked.parts.select_related("draft__unit", "dossier").get(key=key)


def complete(linked: LinkedFiling, cast: Cast) -> LinkedFiling:
    """… with every answer and place, ready to file."""
    for key, code in (("birth", make.BIRTH), ("dwelling", DWELLING)):
        found = part(linked, key).draft
        assert found is not None
        drafts.save_answers(draft_id=found.pk, by=cast.citizen, answers=make.example(code))
        drafts.choose(draft_id=found.pk, by=cast.citizen, unit=cast.office.unit, delivery="online")
    return linked
