"""/healthz: 200 only when every part serves, and it says which does not."""

import json

import pytest
from celery import current_app
from celery.signals import before_task_publish
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from portal import health
from portal.outbox.models import Heartbeat
from portal.tasks import heartbeat


@pytest.fixture
def broker_up(monkeypatch):
    monkeypatch.setattr(health, "_broker", lambda: "ok")


def ask(client):
    response = client.get("/healthz")
    return response.status_code, {
        name: part["state"] for name, part in json.loads(response.content)["parts"].items()
    }


def beat():
    """What the scheduler's process does when it sends the heartbeat."""
    before_task_publish.send(sender=health.HEARTBEAT)


@pytest.mark.django_db
def test_all_parts_serve(client, broker_up):
    beat()
    heartbeat()
    status, states = ask(client)
    assert status == 200
    assert states == {"database": "ok", "broker": "ok", "worker": "ok", "scheduler": "ok"}
    assert client.get("/healthz")["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_at_first_neither_worker_nor_scheduler_has_shown_itself(client, broker_up):
    status, states = ask(client)
    assert status == 503
    assert (states["worker"], states["scheduler"]) == ("silent", "silent")


@pytest.mark.django_db
def test_a_dead_worker_and_a_dead_scheduler_are_told_apart(client, broker_up):
    beat()
    status, states = ask(client)
    assert status == 503
    assert (states["worker"], states["scheduler"]) == ("silent", "ok")
    heartbeat()
    Heartbeat.objects.filter(name="scheduler").update(seen_at=timezone.now() - timezone.timedelta(seconds=61))
    status, states = ask(client)
    assert status == 503
    assert (states["worker"], states["scheduler"]) == ("ok", "silent")


@pytest.mark.django_db
def test_other_tasks_are_no_sign_of_the_scheduler():
    before_task_publish.send(sender="portal.outbox.tasks.drain")
    assert not Heartbeat.objects.exists()


@pytest.mark.django_db
def test_a_dead_broker_is_named(client, settings):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    beat()
    heartbeat()
    status, states = ask(client)
    assert status == 503
    assert states == {"database": "ok", "broker": "down", "worker": "ok", "scheduler": "ok"}


@pytest.mark.django_db
def test_a_dead_database_is_named_and_leaves_the_rest_unknown(client, broker_up, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    status, states = ask(client)
    assert status == 503
    assert states == {"database": "down", "broker": "ok", "worker": "unknown", "scheduler": "unknown"}


@pytest.mark.django_db
def test_it_is_cheap_and_says_nothing_secret(client, broker_up, django_assert_num_queries):
    beat()
    heartbeat()
    with django_assert_num_queries(2):
        body = client.get("/healthz").content.decode()
    assert set(json.loads(body)) == {"ok", "parts"}
    assert "redis" not in body
    assert client.post("/healthz").status_code == 405


def test_the_heartbeat_is_on_the_schedule_and_does_not_pile_up():
    entry = current_app.conf.beat_schedule["heartbeat"]
    assert entry["task"] == health.HEARTBEAT
    assert entry["schedule"] * 3 < health.FRESH_SECONDS
    assert entry["options"]["expires"] <= health.FRESH_SECONDS
