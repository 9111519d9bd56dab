"""Views are marked functions that ask doors and lists for what they show."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.tree import APPS, Source, dotted, listed, sources

MARKS = {"reads", "writes", "writes_on_get"}


def patterns(
    resolver: URLResolver | None = None, spaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address: its full name (its pattern when it has none) and its view."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            inner = (*spaces, each.namespace) if each.namespace else spaces
            yield from patterns(each, inner)
        elif isinstance(each, URLPattern):
            yield ":".join((*spaces, each.name or str(each.pattern))), each.callback


def _ours(view: Callable[..., Any]) -> bool:
    """Of this project, and no class-based view of a library configured in a URLconf."""
    return view.__module__.split(".", 1)[0] in APPS and not hasattr(view, "view_class")


# Class-based views, each with its reason.
CLASSES = {
    "account_signup": "allauth's own view with the kind of account added",
    "account_email": "a redirect",
    "account_email_verification_sent": "a redirect",
    "account_set_password": "a redirect",
    "support-points": "a redirect",
}


def test_every_view_says_whether_it_reads_or_writes() -> None:
    faults = [
        f"{name}: {view.__module__}.{view.__name__}"
        for name, view in patterns()
        if _ours(view) and getattr(view, "access", None) not in MARKS
    ]
    assert set(faults) == UNMARKED, listed(faults)


# Neither: no row is touched by it, only a cookie of the visitor.
UNMARKED = {"set-language: portal.views.set_language"}


def test_views_are_functions() -> None:
    faults = [
        name
        for name, view in patterns()
        if not _foreign(name, view)
        and (hasattr(view, "view_class") or not inspect.isfunction(inspect.unwrap(view)))
    ]
    assert set(faults) == set(CLASSES), listed(faults)


def _foreign(name: str, view: Callable[..., Any]) -> bool:
    """Addresses of allauth and of the API, which ninja builds from functions."""
    allauth = name.startswith("account_") and name not in CLASSES
    return allauth or name.split(":", 1)[0].startswith("api") or view.__module__.startswith("ninja")


def test_a_write_on_get_names_its_protocol() -> None:
    found = {name: view for name, view in patterns() if getattr(view, "access", "") == "writes_on_get"}
    assert set(found) == {"payments:ipn", "payments:return", "payments:national-return"}
    for name, view in found.items():
        assert len(getattr(view, "write_on_get_reason", "")) > 20, name


def test_csrf_is_lifted_only_where_no_session_counts() -> None:
    exempt = {name for name, view in patterns() if _ours(view) and getattr(view, "csrf_exempt", False)}
    assert exempt == {"payments:ipn", "payments:national-notice", "set-language"}


def _views() -> Iterator[Source]:
    return (source for source in sources() if "views" in source.parts)


def test_views_open_objects_by_their_door() -> None:
    """`get_…` of access: it decides what exists for whom. A `.get(` on a manager answers everybody alike."""
    faults = []
    for source in _views():
        for call in source.calls():
            name = dotted(call.func)
            manager = ".objects" in name or "_default_manager" in name
            if (manager and name.endswith(".get")) or name.endswith("get_object_or_404"):
                faults.append(f"{source.at(call)}: {name}")
    assert not faults, listed(faults)


# Rows that belong to somebody: a view reaches them by a door, or by a queryset that knows the reader.
GUARDED = {
    "Dossier", "Draft", "Attachment", "Document", "DossierEvent", "SupplementRequest", "Result", "DossierParty",
    "Payment", "Receipt", "LedgerEntry", "CashShift", "PaymentIncident", "Assessment", "User", "Membership",
}  # fmt: skip
SCOPED = ("visible_to", "of_account")
UNSCOPED = {
    "dossiers/views/documents.py: Document": "the public check of a document by its secret token, no names shown",
}


def test_lists_in_views_know_their_reader() -> None:
    faults = set()
    for source in _views():
        for node in ast.walk(source.tree):
            if not (isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}):
                continue
            model = dotted(node.value)
            if model in GUARDED and not _scoped(source, node):
                faults.add(f"{source.path}: {model}")
    assert faults == set(UNSCOPED), listed(sorted(faults))


def _scoped(source: Source, manager: ast.Attribute) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.value is manager and node.attr in SCOPED
        for node in ast.walk(source.tree)
    )


def test_views_ask_no_permission_by_role() -> None:
    """A right is asked of the permission table, never read off a role, a group or a staff flag."""
    faults = [
        f"{source.at(node)}: {ast.unparse(node)}"
        for source in sources()
        if "views" in source.parts or "actions" in source.parts
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and (node.attr in {"is_staff", "is_superuser", "groups", "has_perm"} or dotted(node) == "Role")
    ]
    assert not faults, listed(faults)


def test_no_transaction_or_mail_in_views() -> None:
    words = {"transaction", "send_mail", "EmailMessage", "select_for_update"}
    faults = [
        f"{source.at(node)}: {name}"
        for source in _views()
        for node in ast.walk(source.tree)
        for name in [node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")]
        if name in words
    ]
    assert not faults, listed(faults)
