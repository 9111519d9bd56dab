"""Targets as data: two persons, no overlap, the one that holds on the day."""

from __future__ import annotations

import datetime
import re
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from dossiers.workflow import ActionError
from portal.accounts.models import Membership, Unit, User
from portal.accounts.permissions import Role
from reporting.actions.targets import Wish, decide, propose
from reporting.models import Operator, Target, TargetState
from reporting.targets import Targets, load
from tests.cast import Cast, build_cast
from tests.reporting.rows import DAY

NEW_YEAR = datetime.date(2027, 1, 1)


def wish(**changes: Any) -> Wish:
    """70 % online for every commune from 2027."""
    fields = {
        "measure": "online",
        "unit": None,
        "unit_kind": "commune",
        "operator": Operator.AT_LEAST,
        "value": Decimal("0.7"),
        "valid_from": NEW_YEAR,
        "valid_to": None,
        "document": "Kế hoạch thử 1/KH-UBND",
    }
    return Wish(**(fields | changes))


def of(day: datetime.date, unit: Unit | None = None) -> Any:
    found = Targets.on(day).of("online", unit.pk if unit else None, "commune")
    return found and float(found.value)


def test_a_target_holds_once_a_second_person_confirms_it(cast: Cast) -> None:
    target = propose(by=cast.monitor, wish=wish())
    assert of(NEW_YEAR) == 0.6
    with pytest.raises(PermissionDenied):
        decide(by=cast.monitor, target_id=target.pk, confirm=True)
    decide(by=cast.system, target_id=target.pk, confirm=True)
    assert of(NEW_YEAR) == 0.7
    assert of(NEW_YEAR - DAY) == 0.6  # the earlier one ended, it was not erased
    assert Target.objects.get(code="commune-online").valid_to == NEW_YEAR
    load()  # the reference file does not open it again
    assert of(NEW_YEAR) == 0.7


def test_proposing_or_deciding_twice_is_once(cast: Cast) -> None:
    target = propose(by=cast.monitor, wish=wish())
    assert propose(by=cast.monitor, wish=wish()) == target
    assert decide(by=cast.system, target_id=target.pk, confirm=False).state == TargetState.REJECTED
    assert decide(by=cast.system, target_id=target.pk, confirm=True).state == TargetState.REJECTED
    assert of(NEW_YEAR) == 0.6


def test_two_targets_never_hold_on_one_day(cast: Cast, ward: Unit) -> None:
    """One that begins inside another, or before it, cannot be confirmed; that of one unit does not collide."""
    first = propose(by=cast.monitor, wish=wish(valid_to=NEW_YEAR + 90 * DAY))
    decide(by=cast.system, target_id=first.pk, confirm=True)
    earlier = propose(by=cast.monitor, wish=wish(valid_from=NEW_YEAR, value=Decimal("0.8")))
    with pytest.raises(ActionError, match="Đã có mục tiêu khác"):
        decide(by=cast.system, target_id=earlier.pk, confirm=True)
    assert Target.objects.get(pk=earlier.pk).state == TargetState.PROPOSED
    with pytest.raises(DatabaseError, match="target_no_overlap"), transaction.atomic():
        Target.objects.filter(pk=earlier.pk).update(
            state=TargetState.CONFIRMED, decided_by=cast.system, decided_at=earlier.proposed_at
        )
    own = propose(by=cast.monitor, wish=wish(unit=ward, unit_kind="", value=Decimal("0.9")))
    decide(by=cast.system, target_id=own.pk, confirm=True)
    assert (of(NEW_YEAR, ward), of(NEW_YEAR)) == (0.9, 0.7)


def test_the_database_wants_two_persons(cast: Cast) -> None:
    target = propose(by=cast.monitor, wish=wish())
    for state, person in ((TargetState.CONFIRMED, cast.monitor), (TargetState.CONFIRMED, None)):
        with pytest.raises(DatabaseError), transaction.atomic():
            Target.objects.filter(pk=target.pk).update(
                state=state, decided_by=person, decided_at=target.proposed_at if person else None
            )


def test_only_those_who_watch_the_city_set_targets(cast: Cast) -> None:
    for person in (cast.office.head, cast.office.leader, cast.office.counter, cast.catalogue, cast.citizen):
        with pytest.raises(PermissionDenied):
            propose(by=person, wish=wish())
    target = propose(by=cast.system, wish=wish())
    with pytest.raises(PermissionDenied):
        decide(by=cast.office.head, target_id=target.pk, confirm=True)


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_leave_one_in_force() -> None:
    cast = build_cast()
    other = User.objects.create_user(username="giamsat.hai", kind="staff")
    Membership.objects.create(user=other, unit=cast.city, role=Role.MONITOR)
    targets = [propose(by=cast.monitor, wish=wish(value=Decimal(value))) for value in ("0.7", "0.8")]
    errors: list[BaseException] = []

    def work(person: User, target: Target) -> None:
        try:
            decide(by=person, target_id=target.pk, confirm=True)
        except ActionError as error:
            errors.append(error)
        finally:
            connections.close_all()

    pairs = list(zip((cast.system, other), targets, strict=True))
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(errors) == 1
    held = Targets.on(NEW_YEAR).of("online", None, "commune")
    assert held is not None
    assert held.pk in {target.pk for target in targets}


# --- The pages ---

TYPED = {
    "measure": "online",
    "addressee": "kind:commune",
    "operator": "ge",
    "value": "72,5",
    "valid_from": "01/01/2027",
    "valid_to": "",
    "document": "Kế hoạch thử 1/KH-UBND",
}


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))


def test_a_target_is_proposed_and_confirmed_on_the_pages(cast: Cast) -> None:
    monitor, system = _client(cast.monitor), _client(cast.system)
    assert monitor.post(reverse("reporting:target-new"), TYPED).status_code == 302
    target = Target.objects.get(state=TargetState.PROPOSED)
    assert (target.value, target.unit_kind) == (Decimal("0.725"), "commune")
    page = _text(monitor.get(reverse("reporting:targets")))
    assert "Chờ người thứ hai xác nhận (1)" in page
    assert "≥ 72,5%" in page
    assert "Người khác phải xác nhận." in page
    assert (
        monitor.post(
            reverse("reporting:target-decision", args=[target.pk]), {"decision": "confirm"}
        ).status_code
        == 403
    )
    answer = system.post(
        reverse("reporting:target-decision", args=[target.pk]), {"decision": "confirm"}, follow=True
    )
    assert "Sẽ có hiệu lực (1)" in _text(answer)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "120"}, "Tỷ lệ không quá 100 %."),
        ({"value": "-1"}, "0"),
        ({"valid_to": "31/12/2026"}, "Ngày hết hiệu lực phải sau ngày có hiệu lực."),
        ({"valid_from": "hôm qua"}, "Ghi ngày theo dạng ngày/tháng/năm"),
        ({"document": ""}, "Văn bản giao mục tiêu"),
        ({"addressee": "unit:nowhere"}, "nowhere"),
        ({"measure": "x"}, "x"),
    ],
)
def test_a_wrong_target_is_said_and_kept(cast: Cast, changes: dict[str, str], message: str) -> None:
    before = Target.objects.count()
    response = _client(cast.monitor).post(reverse("reporting:target-new"), TYPED | changes)
    assert response.status_code == 422
    page = response.content.decode()
    assert message in page
    assert "Kế hoạch thử" in page or "document" in changes
    assert Target.objects.count() == before


def test_days_are_typed_as_days(cast: Cast) -> None:
    typed = TYPED | {"measure": "handling", "operator": "le", "value": "3,5", "addressee": ""}
    assert _client(cast.monitor).post(reverse("reporting:target-new"), typed).status_code == 302
    assert Target.objects.get(measure="handling").value == Decimal("3.5")
    assert "≤ 3,5 ngày" in _text(_client(cast.system).get(reverse("reporting:targets")))


def test_heads_read_and_others_do_not(cast: Cast) -> None:
    page = _client(cast.office.head).get(reverse("reporting:targets"))
    assert page.status_code == 200
    assert reverse("reporting:target-new") not in page.content.decode()
    assert _client(cast.office.counter).get(reverse("reporting:targets")).status_code == 403
