"""What the database can refuse, it refuses; what is secret or personal lies only where it may."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from tests.architecture.tree import APPS, listed

HISTORICAL = "Historical"


def _models() -> Iterator[type[models.Model]]:
    """Our own tables, without the history tables simple-history derives from them."""
    for model in apps.get_models():
        if model.__module__.split(".", 1)[0] in APPS and not model.__name__.startswith(HISTORICAL):
            yield model


def _constrained(model: type[models.Model], field: str) -> bool:
    return any(
        isinstance(constraint, models.CheckConstraint) and f"'{field}__in'" in repr(constraint.condition)
        for constraint in model._meta.constraints
    )


def test_choices_are_held_by_the_database() -> None:
    faults = [
        f"{model.__name__}.{field.name}"
        for model in _models()
        for field in model._meta.local_fields
        if field.choices and not _constrained(model, field.name)
    ]
    assert not faults, listed(faults)


def test_times_are_aware_and_money_is_whole() -> None:
    """Amounts are whole đồng: no floats anywhere, and decimals only for shares and durations."""
    decimals = {
        f"{model.__name__}.{field.name}"
        for model in _models()
        for field in model._meta.local_fields
        if isinstance(field, (models.DecimalField, models.FloatField))
    }
    assert not {name for name in decimals if re.search(r"amount|fee|price|total|payable|gross", name)}
    assert decimals == DECIMALS, listed(sorted(decimals ^ DECIMALS))


DECIMALS = {
    "TimeLimit.value",
    "WarningRule.threshold",
    "Target.value",
    "Unit.latitude",
    "Unit.longitude",
    "Unit.area_km2",
}

_SECRET = re.compile(r"secret|password|private|api_key", re.IGNORECASE)


def test_no_secret_lies_in_a_table() -> None:
    """Passwords as Django's hashes on the account; keys and secrets come from the environment or files."""
    found = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if _SECRET.search(field.name)
    }
    assert found == {"User.password"}


def test_history_keeps_no_secrets_and_no_heavy_form() -> None:
    """History tables stay slim, and repeat neither password hashes nor whole forms."""
    kept = {
        model.__name__: {field.name for field in model._meta.local_fields}
        for model in apps.get_models()
        if model.__name__.startswith(HISTORICAL)
    }
    assert {"HistoricalDossier", "HistoricalUser", "HistoricalPayment", "HistoricalProcedureVersion"} <= set(
        kept
    )
    assert "password" not in kept["HistoricalUser"]
    assert "form" not in kept["HistoricalProcedureVersion"]
    heavy = {
        f"{name}.{field}"
        for name, fields in kept.items()
        for field in fields & {"answers", "context", "search_text", "facts", "token"}
    }
    assert heavy == {"HistoricalUnit.search_text"}  # a hundred and fifty units, changed once in years


def test_json_columns_are_known() -> None:
    """A JSON column is a place anything can hide: each new one is looked at here first."""
    found = {
        f"{model.__name__}.{field.name}"
        for model in _models()
        for field in model._meta.local_fields
        if isinstance(field, models.JSONField)
    }
    assert found == JSON, listed(sorted(found ^ JSON))


JSON = {
    # the catalogue: written by the importer from checked files
    "FeeRule.exemptions", "FeeRule.tiers", "Procedure.missing", "ProcedureVersion.fee_unknown",
    "ProcedureVersion.form", "ProcedureVersion.legal_basis", "RequiredDocument.condition", "ResultKind.layout",
    "TimeLimit.fee_shown", "Unit.former_districts", "Unit.office_hours",
    "ImportItem.facts",
    "ImportItem.parts",
    "ProcedureVersion.questions",
    # the same as documents, before and after publishing: written by catalogue staff, no personal data
    "VersionDocument.content", "VersionDraft.content",
    # what a person declared: personal, in rows of its own, read only behind the door of its dossier
    "Draft.answers", "Draft.done_sections", "DossierForm.answers", "AnswerSource.value",
    # frozen snapshots of what was issued or decided
    "UnitPaper.context", "UnitPaper.signed_by",
    "Document.context", "Document.signed_by", "Rating.scores", "Result.content", "FeeAssessment.lines", "Receipt.lines",
    "ReceiptCorrection.changes", "CalendarOrder.hours",
    # facts of an event, a payment, an incident: ids, amounts, a gateway's fields; no names, no numbers of people
    "DossierEvent.data", "Payment.facts", "PaymentIncident.facts", "OutboxMessage.payload", "FillState.differences",
    # sealed months: counts and digests; what a look at them found names days, units and facts
    "Seal.codes", "Seal.days", "Seal.adjustments", "SealedCount.counts", "FillState.seal_faults",
    # a report as it was counted: numbers of units and fields, definitions, digests; the names of certificates
    "Report.content", "Report.signed_by",
    # what a list was asked with: codes of measures and units, days
    "Export.query",
    # line numbers and reasons of what could not be read in a bank statement
    "Statement.bad_rows",
}  # fmt: skip


FACTS = {"DossierEvent", "Document", "Payment", "Receipt", "LedgerEntry", "Result", "FeeAssessment"} | {
    "ReceiptCorrection", "TaxLine",
}  # fmt: skip


def test_facts_are_never_deleted_with_their_dossier() -> None:
    """Events, documents, payments and receipts stand in the way of deleting what they tell about."""
    loose = []
    for model in _models():
        if model.__name__ not in FACTS:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey):
                rule = field.remote_field.on_delete
                if rule not in {models.PROTECT, models.RESTRICT} and field.name != "actor":
                    loose.append(f"{model.__name__}.{field.name}: {rule.__name__}")
    assert not loose, listed(loose)


@pytest.mark.django_db
def test_every_constraint_is_in_the_database() -> None:
    """The migrations made what the models say, the constraints included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        present = {name for (name,) in cursor.fetchall()}
    missing = [
        f"{model.__name__}: {constraint.name}"
        for model in _models()
        for constraint in model._meta.constraints
        if constraint.name not in present
    ]
    assert not missing, listed(missing)


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, stderr=out)
    except SystemExit:
        pytest.fail(f"a model has no migration:\n{out.getvalue()}")


def test_migrations_are_linear_and_named() -> None:
    loader = MigrationLoader(None)
    ours = [key for key in loader.disk_migrations if key[0] in {"accounts", "outbox", *APPS}]
    assert {app for app, _name in ours} >= {
        "accounts",
        "outbox",
        "procedures",
        "dossiers",
        "payments",
        "reporting",
    }
    for app in sorted({app for app, _name in ours}):
        names = sorted(name for each, name in ours if each == app)
        numbers = [int(name[:4]) for name in names]
        assert numbers == list(range(1, len(names) + 1)), (app, names)
        assert len(loader.graph.leaf_nodes(app)) == 1, app
        assert not [name for name in names if re.search(r"_auto_|_and_more$", name)], names
