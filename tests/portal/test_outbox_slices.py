"""A long outbox is drained in slices, so that a worker also has time for heartbeats and for ending."""

from typing import Any

import pytest
from django.db import transaction

from portal.outbox import actions
from portal.outbox.models import OutboxMessage

TOPIC = "test.slices"


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []

    def handler(payload: dict[str, Any]) -> None:
        seen.append(payload["n"])

    monkeypatch.setitem(actions._handlers, TOPIC, handler)
    return seen


def _put(count: int) -> None:
    with transaction.atomic(), actions.in_background():
        for n in range(count):
            actions.put(TOPIC, key=f"slice-{n}", payload={"n": n})


@pytest.mark.django_db
def test_when_the_time_is_over_the_rest_waits_and_rings_again(
    handled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(actions, "ring", lambda: rung.append("ring"))
    _put(3)
    assert actions.drain_all(seconds=0) == 1
    assert (handled, rung) == ([0], ["ring"])
    assert actions.drain_all(seconds=60) == 2
    assert (handled, rung) == ([0, 1, 2], ["ring"])
    assert not OutboxMessage.objects.filter(topic=TOPIC, done_at=None).exists()


def test_the_task_takes_only_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.outbox import tasks

    asked: list[float] = []
    monkeypatch.setattr(tasks, "drain_all", lambda *, seconds: asked.append(seconds) or 0)
    tasks.drain()
    assert asked == [tasks.SLICE_SECONDS]
    assert tasks.SLICE_SECONDS < 10


def test_bells_wait_behind_every_other_task() -> None:
    from portal.outbox.tasks import drain
    from portal.tasks import heartbeat

    assert drain.priority == 9
    assert heartbeat.priority in {None, 0}
