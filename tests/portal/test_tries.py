"""Counting tries: in order, sixteen at once, and when the count vanishes between two steps."""

import time
import uuid

import pytest
from django.core.cache import cache

from portal.lib.tries import Tries
from tests.two_at_once import at_once


@pytest.fixture
def key():
    return f"tries-test:{uuid.uuid4()}"


def test_so_many_and_no_more(key):
    tries = Tries(3, 60)
    assert [tries.take(key) for _ in range(5)] == [True, True, True, False, False]
    assert tries.take(f"{key}-another")
    assert not tries.take(f"{key}-third", key)


def test_what_is_given_back_was_no_try(key):
    tries = Tries(1, 60)
    for _ in range(4):
        assert tries.take(key)
        tries.give_back(key)
    tries.give_back(f"{key}-never-taken")
    assert tries.take(key)
    assert not tries.take(key)


def test_the_count_ends_after_its_time(key):
    tries = Tries(1, 1)
    assert tries.take(key)
    assert not tries.take(key)
    time.sleep(1.2)
    assert tries.take(key)


def test_many_at_once_have_no_more_tries_than_one_after_another(key):
    tries = Tries(10, 60)
    outcomes = at_once(16, lambda _number: tries.take(key))
    assert sum(outcomes) == 10


def test_a_count_that_vanishes_in_between_is_no_error(key, monkeypatch):
    """Redis may go away, or the time may be over, between any two steps."""
    monkeypatch.setattr(cache, "add", lambda *_args, **_more: False, raising=False)
    assert Tries(1, 60).take(key)
    Tries(1, 60).give_back(key)
