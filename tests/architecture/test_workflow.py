"""Every state and every move is in every table that runs beside the workflow."""

from __future__ import annotations

import ast
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Exists, Q
from django.utils import translation

from dossiers import inbox
from dossiers.management.commands.workflow_diagram import generated
from dossiers.states import EventKind, State
from dossiers.views.decisions import AT_ONCE, PAGES
from dossiers.workflow import BY_NAME, FACTS, STATES, TRANSITIONS, Place, Turn, legal_path
from payments.workflow import BADGES as PAYMENT_BADGES
from payments.workflow import PaymentState
from portal.accounts.permissions import ROLES, Permission, Role
from tests.architecture.tree import ROOT, dotted, listed, sources
from tests.cast import Cast

TONES = {"neutral", "info", "progress", "good", "warn", "bad"}
FINAL = {State.RETURNED, State.REFUSED, State.WITHDRAWN, State.STOPPED}


def test_every_state_has_its_facts() -> None:
    assert set(STATES) == set(State)
    for state, facts in STATES.items():
        assert facts.tone in TONES, state
        assert str(facts.citizen).endswith("."), state
        assert 1 <= facts.national <= 10, state


def test_every_national_code_is_reached() -> None:
    """The ten codes of the national interface (domain facts 3.4)."""
    assert {facts.national for facts in STATES.values()} == set(range(1, 11))


def test_only_closed_states_are_nobodys_turn() -> None:
    assert {state for state, facts in STATES.items() if facts.turn is Turn.NOBODY} == FINAL


def test_every_state_is_reached_and_left() -> None:
    targets = {State.FILED} | {move.target for move in TRANSITIONS if move.target}
    sources_ = {source for move in TRANSITIONS for source in move.sources}
    assert targets == set(State)
    assert sources_ == set(State) - FINAL


def test_every_state_and_wording_exists_in_english() -> None:
    texts = {
        **{f"state {state.value}": state.label for state in State},
        **{f"event {kind.value}": kind.label for kind in EventKind},
        **{f"move {move.name}": move.label for move in TRANSITIONS},
        **{f"citizen {state.value}": facts.citizen for state, facts in STATES.items()},
        **{f"turn {turn.name}": turn.value for turn in Turn},
        **{f"payment {state.value}": state.label for state in PaymentState},
        **{f"role {role.value}": role.label for role in Role},
        **{f"role sentence {role.value}": spec.sentence for role, spec in ROLES.items()},
    }
    with translation.override("vi"):
        vietnamese = {key: str(text) for key, text in texts.items()}
    with translation.override("en"):
        same = [key for key, text in texts.items() if str(text) == vietnamese[key]]
    assert not same, listed(same)


def test_moves_are_complete_and_legal() -> None:
    assert len(BY_NAME) == len(TRANSITIONS)
    for move in TRANSITIONS:
        assert str(move.label), move.name
        assert move.sources, move.name
        assert isinstance(move.event, EventKind), move.name
        assert (move.place is Place.CITIZEN) == (move.needs is None), move.name
        for source in move.sources:
            target = move.target or (source if move.stays else State.PROCESSING)
            steps = [("filed", "", "filed"), *_way_to(source), (move.event.value, source.value, target.value)]
            assert legal_path(steps) is None, (move.name, legal_path(steps))


def _way_to(state: State) -> list[tuple[str, str, str]]:
    """A shortest legal way from filing to `state`."""
    ways: dict[State, list[tuple[str, str, str]]] = {State.FILED: []}
    open_ = [State.FILED]
    while open_:
        here = open_.pop(0)
        for move in TRANSITIONS:
            if move.target and here in move.sources and move.target not in ways:
                ways[move.target] = [*ways[here], (move.event.value, here.value, move.target.value)]
                open_.append(move.target)
    return ways[state]


def test_illegal_histories_are_refused() -> None:
    assert legal_path([("accepted", "filed", "accepted")])
    assert legal_path([("filed", "", "filed"), ("signed", "filed", "signed")])
    assert legal_path([("filed", "", "filed"), ("issued", "signed", "finished")])
    assert legal_path([("filed", "", "filed"), ("paid", "filed", "accepted")])


def test_every_event_kind_is_a_move_or_a_fact() -> None:
    known = {EventKind.FILED} | FACTS | {move.event for move in TRANSITIONS}
    assert known == set(EventKind)


def test_every_permission_belongs_to_a_role() -> None:
    assert set(ROLES) == set(Role)
    held = set().union(*(spec.permissions for spec in ROLES.values()))
    assert held == set(Permission)
    assert all(move.needs in held for move in TRANSITIONS if move.needs)


def test_drafter_signer_and_issuer_are_three_posts() -> None:
    """No single post drafts, signs and numbers (domain facts, section 7)."""
    three = {Permission.PROCESS, Permission.SIGN, Permission.ISSUE}
    assert [role for role, spec in ROLES.items() if len(spec.permissions & three) > 1] == []
    assert [
        role
        for role, spec in ROLES.items()
        if {Permission.RUN_SYSTEM, Permission.SEE_DOSSIERS} <= spec.permissions
    ] == []


# Moves that no officer starts on the desk: the citizen's own pages, the counter's page, an assignment form.
ELSEWHERE = {"answer_supplement", "withdraw", "receive_supplement", "assign", "hand_over"} | {
    "ask_verification",
    "answer_verification",
    "reassign",  # the hand-over of a desk
}


def test_every_move_of_an_officer_is_on_the_desk() -> None:
    offered = {*AT_ONCE, *(name for page in PAGES.values() for name in page.moves)}
    assert offered | ELSEWHERE == set(BY_NAME), offered ^ (set(BY_NAME) - ELSEWHERE)


def test_every_move_is_made_by_an_action() -> None:
    """Each name stands in an action as a literal, so no move of the table is only a promise."""
    said = {
        node.value
        for source in sources()
        if source.path.startswith("dossiers/actions/")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(BY_NAME) <= said, set(BY_NAME) - said


@pytest.mark.django_db
def test_every_open_state_lies_in_some_inbox(cast: Cast) -> None:
    """Work nobody's inbox shows is work nobody does. `processing` lies with its specialist."""
    office = cast.office
    found: set[str] = set()
    for user in (office.counter, office.specialist, office.head, office.leader, office.clerk):
        who = inbox.reader(user)
        for tab in inbox.tabs_for(user):
            if tab.own or tab.code == "waiting":
                found |= _states_in(tab.mine(who))
    assert found == {state.value for state in State} - {state.value for state in FINAL}


def _states_in(condition: Q) -> set[str]:
    found: set[str] = set()
    for child in condition.children:
        if isinstance(child, Q):
            found |= _states_in(child)
        elif isinstance(child, Exists):
            continue
        elif child[0] == "state":
            found.add(str(child[1]))
        elif child[0] == "state__in":
            found |= {str(value) for value in child[1]}
    return found


def test_no_state_is_compared_outside_the_workflow() -> None:
    """`if dossier.state == …` decides behind the table's back. Asking a move for its `sources` is asking the table."""
    faults = [
        f"{source.at(node)}: {ast.unparse(node)}"
        for source in sources()
        if source.app == "dossiers" and source.path not in MAY_COMPARE
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Compare)
        and dotted(node.left).endswith("dossier.state")
        and not dotted(node.comparators[0]).endswith((".sources", "WAITING"))
    ]
    assert not faults, listed(faults)


MAY_COMPARE = {
    "dossiers/workflow.py",
    "dossiers/actions/base.py",  # carries the table out
}


def test_every_payment_state_has_a_badge() -> None:
    assert set(PAYMENT_BADGES) == set(PaymentState)
    assert set(PAYMENT_BADGES.values()) <= TONES


def test_the_picture_in_the_docs_is_the_table() -> None:
    call_command("workflow_diagram", check=True)
    page = (ROOT / "docs" / "workflow.md").read_text(encoding="utf-8")
    assert generated() in page


def test_a_changed_table_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.management.base import CommandError

    from dossiers.management.commands import workflow_diagram

    fewer: Any = TRANSITIONS[:-1]
    monkeypatch.setattr(workflow_diagram, "TRANSITIONS", fewer)
    monkeypatch.setattr(workflow_diagram, "settings", SimpleNamespace(BASE_DIR=ROOT))
    with pytest.raises(CommandError, match="out of date"):
        call_command("workflow_diagram", check=True)
