"""`manage.py verify`: silent on a healthy database, loud about each invariant that was broken on purpose."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dossiers.models import Document, Dossier, DossierEvent, Notice
from portal.accounts.models import Unit
from portal.lib import clock, files
from portal.outbox.models import OutboxMessage
from reporting.checks import effects
from reporting.checks.base import Report
from reporting.models import DayCount
from tests.cast import Cast
from tests.factories import dossiers as made

pytestmark = pytest.mark.django_db


def verify(*options: str) -> tuple[list[dict[str, Any]], bool]:
    """The reports and whether all hold."""
    out, code = io.StringIO(), 0
    try:
        call_command("verify", "--json", *options, stdout=out)
    except CommandError as error:
        code = error.returncode
    assert code in {0, 1}
    return json.loads(out.getvalue()), code == 0


def _findings(reports: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {report["code"]: report["findings"] for report in reports if report["total"]}


def test_a_healthy_database_holds(cast: Cast) -> None:
    made.finished(cast, made.EXTRACT)
    made.at_counter(cast)
    made.filed(cast)
    reports, holds = verify("--drain")
    assert _findings(reports) == {}
    assert holds
    counted = {report["code"]: report["counted"] for report in reports}
    assert list(counted) == ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9"]
    assert counted["I1"]["dossiers"] == counted["I7"]["dossiers"] == 3
    assert counted["I8"]["accepted dossiers"] == 2
    assert counted["I4"]["files"] > 0
    assert counted["I5"]["stored rows"] > 0


def test_the_table_is_for_people(cast: Cast) -> None:
    out = io.StringIO()
    call_command("verify", "--drain", stdout=out)
    assert "every filing exists exactly once" in out.getvalue()


def _forced(table: str, sql: str, *params: object) -> None:
    """A change behind the back of every trigger and action, as by the hand of the table's owner."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, params)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _moved_due(dossier: Dossier) -> None:
    _forced(
        "dossiers_dossier",
        "UPDATE dossiers_dossier SET due_at = due_at + interval '1 day' WHERE id = %s",
        dossier.pk,
    )


def _moved_promise(dossier: Dossier) -> None:
    _forced(
        "dossiers_dossier",
        "UPDATE dossiers_dossier SET promised_at = promised_at - interval '1 day' WHERE id = %s",
        dossier.pk,
    )


def _other_state(dossier: Dossier) -> None:
    _forced(
        "dossiers_dossier",
        "UPDATE dossiers_dossier SET state = 'stopped', closed_at = now(), finished_at = NULL WHERE id = %s",
        dossier.pk,
    )


def _cut_history(dossier: Dossier) -> None:
    Notice.objects.filter(dossier=dossier).delete()  # they stand in the way of deleting what they tell about
    _forced(
        "dossiers_dossierevent",
        "DELETE FROM dossiers_dossierevent WHERE dossier_id = %s AND kind = 'accepted'",
        dossier.pk,
    )


def _later_filing(dossier: Dossier) -> None:
    _forced(
        "dossiers_dossierevent",
        "UPDATE dossiers_dossierevent SET at = at - interval '1 hour' WHERE dossier_id = %s AND kind = 'filed'",
        dossier.pk,
    )


def _edited_figure(dossier: Dossier) -> None:
    DayCount.objects.filter(received__gt=0).update(received=99)


def _vanished_figure(dossier: Dossier) -> None:
    DayCount.objects.all().delete()


def _lost_file(dossier: Dossier) -> None:
    document = Document.objects.exclude(sha256="").order_by("pk").first()
    assert document is not None
    files.path_of(document.sha256).unlink()


def _parked(dossier: Dossier) -> None:
    message = OutboxMessage.objects.order_by("pk").first()
    assert message is not None
    _forced(
        "outbox_outboxmessage",
        "UPDATE outbox_outboxmessage SET parked_at = now(), done_at = NULL WHERE id = %s",
        message.pk,
    )


def _forgotten_document(dossier: Dossier) -> None:
    _forced(
        "dossiers_document",
        "UPDATE dossiers_document SET rendered_at = NULL, sha256 = '' WHERE dossier_id = %s",
        dossier.pk,
    )


def _other_key(dossier: Dossier) -> None:
    _forced(
        "dossiers_dossier",
        "UPDATE dossiers_dossier SET client_key = gen_random_uuid() WHERE id = %s",
        dossier.pk,
    )


BREAKS: list[tuple[Callable[[Dossier], None], str]] = [
    (_other_key, "I1"),
    (_lost_file, "I4"),
    (_edited_figure, "I5"),
    (_vanished_figure, "I5"),
    (_parked, "I6"),
    (_forgotten_document, "I6"),
    (_other_state, "I7"),
    (_cut_history, "I7"),
    (_later_filing, "I7"),
    (_moved_due, "I8"),
    (_moved_promise, "I8"),
]


@pytest.mark.parametrize(("broken", "code"), BREAKS, ids=[broken.__name__ for broken, _ in BREAKS])
def test_each_broken_invariant_is_found(broken: Callable[[Dossier], None], code: str, cast: Cast) -> None:
    dossier = made.finished(cast, made.EXTRACT)
    verify("--drain")
    broken(dossier)
    reports, holds = verify()
    assert not holds
    assert code in _findings(reports)


def test_only_some_can_be_asked(cast: Cast) -> None:
    reports, _ = verify("--only", "I1", "I7")
    assert [report["code"] for report in reports] == ["I1", "I7"]


def test_findings_carry_no_names(cast: Cast, ward: Unit) -> None:
    dossier = made.finished(cast, made.EXTRACT)
    verify("--drain")
    _cut_history(dossier)
    _moved_due(dossier)
    text = json.dumps(verify()[0], ensure_ascii=False)
    assert dossier.owner_name not in text
    assert DossierEvent.objects.exists()


def test_the_gateways_list_is_compared(cast: Cast, tmp_path: Any) -> None:
    listed = tmp_path / "gateway.csv"
    listed.write_text("KHONGCO1,8000\n", "utf-8")
    reports, holds = verify("--gateway", str(listed))
    assert not holds
    assert any("KHONGCO1" in finding for finding in _findings(reports)["I2"])


def test_a_document_made_while_the_check_reads_is_not_lost(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its message is done between two looks; one whose message is gone for good is found all the same."""
    made.accepted(cast)
    document = Document.objects.filter(rendered_at=None).earliest("pk")
    assert not _documents_found()
    OutboxMessage.objects.filter(key=f"render:{document.pk}").delete()
    assert _documents_found() == [f"document {document.pk} has no file and nothing will make it"]
    keys = OutboxMessage.objects.filter

    def made_meanwhile(*args: Any, **kwargs: Any) -> Any:
        Document.objects.filter(pk=document.pk).update(rendered_at=clock.now(), sha256="0" * 64)
        return keys(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(OutboxMessage.objects, "filter", made_meanwhile)
        assert not _documents_found()


def _documents_found() -> list[str]:
    report = Report("I6", "")
    effects._check_documents(report)
    return report.findings
