"""The conditions named in `workflow.GUARDS`, asked under the dossier's lock, and the steps a move depends on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Q

from dossiers.deadlines import rule_for
from dossiers.states import Delivery, EventKind, Money
from dossiers.transfers import AT_COLLECTION, TransferState
from dossiers.workflow import GUARDS, ActionError, Transition
from portal.lib import clock
from procedures.models import StepKind

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from dossiers.models import Dossier
    from portal.accounts.models import User
    from procedures.models import ProcessStep

Guard = Callable[["Dossier", "User | None"], bool]


def steps_of(dossier: Dossier) -> QuerySet[ProcessStep]:
    """The steps of the process the dossier was filed under, of its case, in order."""
    return dossier.version.processsteps.filter(Q(case=None) | Q(case=dossier.case_id)).select_related("unit")


def applies(move: Transition, kinds: set[str]) -> bool:
    """Whether the move exists in a process with steps of these kinds."""
    if move.step.startswith("-"):
        return move.step[1:] not in kinds
    return not move.step or move.step in kinds


def kinds_of(dossier: Dossier) -> set[str]:
    """The kinds of steps in the dossier's process."""
    return set(steps_of(dossier).values_list("kind", flat=True))


def check_guards(move: Transition, dossier: Dossier, by: User | None) -> None:
    """Raise ActionError with the sentence of the first guard of `move` that does not hold."""
    if (why := why_not(move, dossier, by)) is not None:
        raise ActionError(why)


def why_not(move: Transition, dossier: Dossier, by: User | None) -> str | Promise | None:
    """The sentence of the first guard of `move` that does not hold; None when nothing stands in its way."""
    return next((GUARDS[name] for name in move.guards if not HOLDS[name](dossier, by)), None)


def _taken_over(dossier: Dossier, _by: User | None) -> bool:
    """A dossier sent here from another unit is taken over before anything is done with it."""
    if dossier.receiving_unit_id == dossier.competent_unit_id:
        return True
    return not dossier.transfers.filter(state=TransferState.SENT).exists()


def _result_here(dossier: Dossier, _by: User | None) -> bool:
    """The result is where it is handed out; online it is everywhere at once."""
    if dossier.receiving_unit_id == dossier.competent_unit_id or dossier.delivery == Delivery.ONLINE:
        return True
    return not dossier.transfers.filter(ended_at=None).exclude(state__in=AT_COLLECTION).exists()


def _time_limit(dossier: Dossier, _by: User | None) -> bool:
    return rule_for(dossier) is not None


def _verified(dossier: Dossier, _by: User | None) -> bool:
    """Every verification was answered or its limit is over, and each step the process demands was asked."""
    asked = list(dossier.consultations.all())
    if any(each.is_open and each.answer_by > clock.now() for each in asked):
        return False
    demanded = steps_of(dossier).filter(kind=StepKind.VERIFY, optional=False)
    return set(demanded.values_list("order", flat=True)) <= {each.step for each in asked}


def _checker_is_not_drafter(dossier: Dossier, by: User | None) -> bool:
    return by is None or dossier.result.drafted_by_id != by.pk


def _issuer_is_not_signer(dossier: Dossier, by: User | None) -> bool:
    return by is None or dossier.result.signed_by_id != by.pk


def _fee_paid(dossier: Dossier, _by: User | None) -> bool:
    return dossier.money != Money.DUE


def _result_file(dossier: Dossier, _by: User | None) -> bool:
    document = dossier.result.document
    return document is not None and bool(document.sha256)


def _extended_once(dossier: Dossier, _by: User | None) -> bool:
    return not dossier.events.filter(kind=EventKind.EXTENDED).exists()


HOLDS: dict[str, Guard] = {
    "taken_over": _taken_over,
    "result_here": _result_here,
    "time_limit": _time_limit,
    "verified": _verified,
    "checker_is_not_drafter": _checker_is_not_drafter,
    "signer_is_not_drafter": _checker_is_not_drafter,
    "issuer_is_not_signer": _issuer_is_not_signer,
    "fee_paid": _fee_paid,
    "result_file": _result_file,
    "extended_once": _extended_once,
}
