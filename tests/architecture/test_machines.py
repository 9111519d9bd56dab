"""Schedules, topics and tasks name things that exist."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator

from django.conf import settings

from portal.celery import app as celery_app
from portal.outbox.actions import _handlers
from tests.architecture.tree import ROOT, Source, dotted, listed, sources


def _literals(source: Source, function: str) -> Iterator[tuple[ast.Call, str]]:
    for call in source.calls():
        if dotted(call.func).rsplit(".", 1)[-1] == function and call.args:
            first = call.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield call, first.value


def _tasks() -> set[str]:
    celery_app.loader.import_default_modules()
    celery_app.autodiscover_tasks(force=True)
    return set(celery_app.tasks)


def test_every_schedule_names_a_task() -> None:
    unknown = {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()} - _tasks()
    assert not unknown, unknown


def test_every_task_takes_ids_only() -> None:
    """A message in a broker may be late, twice or lost; objects and texts in it would be stale or personal."""
    faults = []
    for source in sources():
        for function in ast.walk(source.tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            marks = {dotted(mark).removesuffix("()") for mark in function.decorator_list}
            if not marks & {"shared_task", "app.task"}:
                continue
            for argument in (*function.args.args, *function.args.kwonlyargs):
                kind = ast.unparse(argument.annotation) if argument.annotation else "?"
                if argument.arg != "self" and kind not in {"int", "bool", "int | None"}:
                    faults.append(f"{source.at(function)}: {function.name}({argument.arg}: {kind})")
    assert not faults, listed(faults)


def test_every_topic_has_one_handler_and_a_sender() -> None:
    put = {
        topic
        for source in sources()
        for _call, topic in _literals(source, "put")
        if "outbox" in _imports(source)
    }
    handled = [topic for source in sources() for _call, topic in _literals(source, "handles")]
    assert len(handled) == len(set(handled)), "two handlers of one topic"
    assert put == set(handled), put ^ set(handled)
    assert set(handled) <= set(_handlers), "a handler nobody imports"


def _imports(source: Source) -> str:
    return " ".join(node.module or "" for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom))


def test_payloads_carry_keys_not_people() -> None:
    """An outbox row stays for long: its payload names rows by key."""
    faults = []
    for source in sources():
        if "outbox" not in _imports(source):
            continue
        for call, topic in _literals(source, "put"):
            payload = next((word.value for word in call.keywords if word.arg == "payload"), None)
            assert isinstance(payload, ast.Dict), source.at(call)
            faults += [
                f"{source.at(call)}: {topic}: {ast.unparse(value)}"
                for value in payload.values
                if not dotted(value).endswith((".pk", ".id", "_id"))
            ]
    assert not faults, listed(faults)


def test_commands_have_a_help() -> None:
    faults = []
    for source in sources():
        if "commands" in source.parts and not source.path.endswith("__init__.py"):
            module = importlib.import_module(source.path.removesuffix(".py").replace("/", "."))
            if not module.Command.help:
                faults.append(source.path)
    assert not faults, listed(faults)


def test_outside_calls_have_a_time_limit() -> None:
    """A call over the network without one can hold a worker for ever."""
    callers = ("urlopen", "HTTPConnection", "HTTPSConnection", "Redis.from_url", "create_connection")
    faults = []
    for source in sources():
        for call in source.calls():
            if dotted(call.func).endswith(callers):
                words = {word.arg or "" for word in call.keywords}
                if not any("timeout" in word for word in words):
                    faults.append(f"{source.at(call)}: {dotted(call.func)}")
    assert not faults, listed(faults)


def test_nothing_of_the_workplace_is_in_the_tree() -> None:
    """Neither paths of a developer's machine nor the folder of shared notes is named by the product."""
    words = ("../shared/", "/" + "work" + "/")
    faults = [
        f"{source.path}: {word}"
        for source in sources()
        for word in words
        if word in (ROOT / source.path).read_text(encoding="utf-8")
    ]
    assert not faults, listed(faults)
