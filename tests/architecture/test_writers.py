"""Actions are the only writers, and they write so that history, events and locks see it."""

from __future__ import annotations

import ast

from django.apps import apps

from tests.architecture.tree import Source, dotted, listed, sources

WRITES = {"save", "create", "update", "delete"}
ALWAYS_WRITES = {
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "raw_delete",
    "asave",
    "acreate",
}
# Files that write besides the actions, each with its reason.
WRITERS = {
    "portal/accounts/loading.py": "loads the units of the reference data",
    "portal/accounts/models/users.py": "the manager that makes an account, as Django asks for",
    "portal/health.py": "leaves the stamps of worker and scheduler",
    "procedures/importing/": "loads the catalogue",
    "reporting/demo/": "makes the demonstration month, by the actions; its people and units here",
    "reporting/fill.py": "fills the figures from events: rows that can be thrown away and built again",
    "reporting/marks.py": "marks days to be counted again",
    "reporting/procedure_fill.py": "the same by procedure",
    "reporting/sums.py": "the sums of those rows",
    "reporting/seals.py": "seals ended months and writes down their corrections: rows that only grow",
    "reporting/watch/rules.py": "sets the rules of early warning from the reference data",
    "reporting/targets.py": "sets targets from the reference data",
}
# Calls of these names that touch no row: the variable before the last dot.
NOT_ROWS = {
    "digest",
    "total",
    "totals",
    "environ",
    "shown",
    "pdf",
    "page",
    "os.environ",
    "seen",
    "hasher",
    "h",
}


def _is_write(call: ast.Call) -> bool:
    name = dotted(call.func)
    owner, _, verb = name.rpartition(".")
    if verb in ALWAYS_WRITES:
        return True
    return verb in WRITES and bool(owner) and owner.rsplit(".", 1)[-1] not in NOT_ROWS


def _is_action(source: Source) -> bool:
    return "actions" in source.parts


def test_actions_are_the_only_writers() -> None:
    faults = [
        f"{source.at(call)}: {dotted(call.func)}"
        for source in sources()
        if not _is_action(source) and not source.path.startswith(tuple(WRITERS))
        for call in source.calls()
        if _is_write(call)
    ]
    assert not faults, listed(faults)


def test_every_exception_is_still_needed() -> None:
    written = {source.path for source in sources() for call in source.calls() if _is_write(call)}
    unneeded = [place for place in WRITERS if not any(path.startswith(place) for path in written)]
    assert not unneeded, listed(unneeded)


def _tracked() -> set[str]:
    return {model.__name__ for model in apps.get_models() if hasattr(model, "history")}


# A numbered book is opened under a unique constraint by several writers at once; its rows have no history before.
UNSEEN_BY_HISTORY = {"payments/actions/receipts.py: ReceiptBook.objects.bulk_create"}


def test_history_sees_every_change() -> None:
    """`QuerySet.update`, `bulk_update` and `bulk_create` pass simple-history by: never on a model it follows."""
    tracked = _tracked()
    assert {"Dossier", "Payment", "Membership", "ProcedureVersion"} <= tracked
    unseen = {"update", "bulk_update", "bulk_create"}
    faults = []
    for source in sources():
        for call in source.calls():
            name = dotted(call.func)
            model, verb = name.split(".", 1)[0], name.rsplit(".", 1)[-1]
            if model in tracked and verb in unseen and f"{source.path}: {name}" not in UNSEEN_BY_HISTORY:
                faults.append(f"{source.at(call)}: {name}")
    assert not faults, listed(faults)


def test_bulk_update_belongs_to_the_importer() -> None:
    """It reads nothing, locks nothing and tells nobody: for loading data nobody else writes, and nowhere else."""
    faults = [
        source.at(call)
        for source in sources()
        for call in source.calls()
        if dotted(call.func).endswith(".bulk_update") and "importing" not in source.parts
    ]
    assert not faults, listed(faults)


def test_actions_name_the_columns_they_save() -> None:
    """`save(update_fields=…)`: two actions on one row cannot write back each other's old values."""
    faults = []
    for source in sources():
        if not _is_action(source):
            continue
        for call in source.calls():
            if isinstance(call.func, ast.Attribute) and call.func.attr == "save":
                names = {keyword.arg for keyword in call.keywords}
                if "update_fields" not in names and "force_insert" not in names:
                    faults.append(f"{source.at(call)}: {dotted(call.func)}")
    assert not faults, listed(faults)


def _public_functions(source: Source) -> list[ast.FunctionDef]:
    return [
        node
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def _decorators(function: ast.FunctionDef) -> set[str]:
    return {dotted(node).removesuffix("()") for node in function.decorator_list}


def test_atomic_actions_are_keyword_only() -> None:
    faults = [
        f"{source.at(function)}: {function.name}"
        for source in sources()
        if _is_action(source)
        for function in _public_functions(source)
        if "transaction.atomic" in _decorators(function) and function.args.args
    ]
    assert not faults, listed(faults)


# Actions nobody decides: they follow from another action, a notice of a gateway or a clock.
WITHOUT_A_PERSON = {
    "dossiers/actions/batches.py: run_row",  # by whoever ordered the batch
    "dossiers/actions/calendar_orders.py: move_one",  # by whoever approved the change
    "dossiers/actions/drafts.py: discard_old",  # the nightly sweep
    "dossiers/actions/supplements.py: remind_and_note",  # the hourly look at who has not answered
    "dossiers/actions/notices.py: deliver",  # the outbox
    "dossiers/actions/notices.py: spread",  # the outbox
    "dossiers/actions/processing.py: return_online",  # the result is ready and paid for
}


def test_actions_on_a_dossier_say_by_whom() -> None:
    faults = []
    for source in sources():
        if not _is_action(source) or not source.path.startswith("dossiers/actions/"):
            continue
        for function in _public_functions(source):
            names = {argument.arg for argument in function.args.kwonlyargs}
            if "transaction.atomic" in _decorators(function) and "by" not in names:
                faults.append(f"{source.path}: {function.name}")
    assert set(faults) == WITHOUT_A_PERSON, listed(faults)


def test_sql_by_hand_is_never_put_together_from_pieces() -> None:
    """Values go in as parameters; a statement built by f-string, `%` or `+` may carry somebody's text."""
    faults = []
    for source in sources():
        for call in source.calls():
            if (
                not dotted(call.func).endswith((".execute", ".executemany", ".raw", "RawSQL"))
                or not call.args
            ):
                continue
            built = isinstance(call.args[0], (ast.JoinedStr, ast.BinOp))
            if built and source.path not in BUILT_SQL:
                faults.append(f"{source.at(call)}: {ast.unparse(call.args[0])[:60]}")
    assert not faults, listed(faults)


BUILT_SQL = {
    "payments/invariants.py": "one constant inside another",
    "procedures/querysets.py": "the names of the catalogue's own tables",
    "reporting/fill.py": "the name of its own table, which no parameter can carry",
    "reporting/procedure_fill.py": "the names of its own columns",
    "reporting/seals.py": "the same table, locked while a month is sealed",
}
