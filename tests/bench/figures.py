"""The figures over many dossiers: boards, fills, rebuild, late list, beside bare SQL over the base table.

    DATABASE_URL=postgresql://… python tests/bench/figures.py 10000 1000000 [10000000] [--keep]

Each size gets a scratch database on the server DATABASE_URL names (dropped again without --keep): the real units
and catalogue, dossiers of five years with events, supplements, results, payments and ratings in the shape the
actions leave. All numbers of a size come from one run; the last lines set the sizes side by side. Nothing of the
database DATABASE_URL names itself is read or written.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 15

GENERATE = """
SELECT setseed(0.25);
CREATE TEMP TABLE b_unit AS SELECT row_number() OVER (ORDER BY kind DESC, code) - 1 AS n, id
  FROM accounts_unit WHERE kind IN ('commune', 'branch');
CREATE TEMP TABLE b_proc AS SELECT row_number() OVER (ORDER BY p.popularity DESC, p.code) - 1 AS n, p.id,
  v.id AS version,
  (ARRAY['full','partial','counter','counter'])[1 + p.id %% 4] AS level
  FROM procedures_procedure p JOIN procedures_procedureversion v ON v.procedure_id = p.id AND v.number = 1;
CREATE TEMP TABLE b_raw AS
  SELECT i, floor(power(random(), 1.6) * (SELECT count(*) FROM b_unit))::int AS u,
    floor(power(random(), 3) * (SELECT count(*) FROM b_proc))::int AS p,
    random() AS c, random() AS s, random() AS l, random() AS w, random() AS e,
    now() - interval '1 day' * (1826 * (1 - (i + random()) / %(n)s)) AS filed
  FROM generate_series(0, %(n)s - 1) AS i;
INSERT INTO dossiers_dossier (id, code, client_key, procedure_id, version_id, channel, online_level, assisted,
  owner_name, receiving_unit_id, competent_unit_id, state, money, delivery, sync, resume_state, filed_at, accept_by,
  accepted_at, promised_at, due_at, finished_at, returned_at, closed_at, is_demo)
SELECT i + 1, 'B-' || i, gen_random_uuid(), p.id, p.version,
  CASE WHEN level <> 'counter' AND c < 0.75 THEN 'online' WHEN c > 0.98 THEN 'post' ELSE 'counter' END,
  level, c < 0.15, 'Nguyễn Văn ' || i %% 1000, u.id, u.id,
  CASE WHEN s < 0.02 THEN 'refused' WHEN done <= now() THEN 'finished' WHEN accepted <= now() THEN 'processing'
    ELSE 'filed' END,
  'none', CASE WHEN c < 0.5 THEN 'online' ELSE 'counter' END, 'pending', '', filed, filed + interval '24 hours',
  CASE WHEN s >= 0.02 AND accepted <= now() THEN accepted END,
  CASE WHEN s >= 0.02 AND accepted <= now() THEN accepted + interval '5 days' END,
  CASE WHEN s >= 0.02 AND accepted <= now() THEN accepted + interval '5 days' END,
  CASE WHEN s >= 0.02 AND done <= now() THEN done END, NULL,
  CASE WHEN s < 0.02 THEN filed + interval '3 hours' END, false
FROM (SELECT *, filed + interval '1 hour' * (1 + 6 * w) AS accepted,
    filed + interval '1 hour' * (1 + 6 * w) + interval '1 day' * CASE WHEN l < 0.04 THEN 5.2 + 40 * e ELSE 4.8 * e END
    AS done FROM b_raw) r
  JOIN b_unit u ON u.n = r.u JOIN b_proc p ON p.n = r.p;
INSERT INTO dossiers_dossierevent (dossier_id, seq, kind, at, recorded_at, unit_id, from_state, to_state, data)
SELECT id, 1, 'filed', filed_at, filed_at, receiving_unit_id, '', 'filed', '{}'::jsonb FROM dossiers_dossier
UNION ALL SELECT id, 2, 'accepted', accepted_at, accepted_at, receiving_unit_id, 'filed', 'accepted', '{}'::jsonb
  FROM dossiers_dossier WHERE accepted_at IS NOT NULL
UNION ALL SELECT id, 3, 'supplement_requested', accepted_at + interval '1 hour', accepted_at, competent_unit_id,
  'processing', 'supplement', '{}'::jsonb FROM dossiers_dossier WHERE accepted_at IS NOT NULL AND id %% 12 = 0
UNION ALL SELECT id, 4, 'supplement_answered', accepted_at + interval '2 hours', accepted_at, competent_unit_id,
  'supplement', 'processing', '{}'::jsonb FROM dossiers_dossier WHERE accepted_at IS NOT NULL AND id %% 12 = 0
UNION ALL SELECT id, 5, 'issued', finished_at, finished_at, competent_unit_id, 'signed', 'finished', '{}'::jsonb
  FROM dossiers_dossier WHERE finished_at IS NOT NULL;
INSERT INTO dossiers_supplementrequest (dossier_id, number, reason, legal_basis, asked_by_id, asked_at, answer_by,
  answered_at)
SELECT id, 1, 'thiếu', '', (SELECT min(id) FROM accounts_user), accepted_at + interval '1 hour',
  accepted_at + interval '10 days', accepted_at + interval '2 hours'
  FROM dossiers_dossier WHERE accepted_at IS NOT NULL AND id %% 12 = 0;
INSERT INTO dossiers_rating (dossier_id, unit_id, rule, overall, scores, comment, place, at, "on")
SELECT id, competent_unit_id, '', CASE WHEN id %% 50 = 0 THEN 'no' ELSE 'yes' END, '{}'::jsonb, '', 'account',
  finished_at + interval '1 hour', (finished_at + interval '1 hour')::date
  FROM dossiers_dossier WHERE finished_at IS NOT NULL AND id %% 10 = 0;
INSERT INTO dossiers_document (dossier_id, kind, number, title, template, context, unit_id, issued_at, token, sha256,
  size, rendered_at, signed_by)
SELECT id, 'result', id || '/KQ', 'Kết quả', '', '{}'::jsonb, competent_unit_id, finished_at, 'b' || id, repeat('0',
  64), 1, finished_at, '["Văn thư"]'::jsonb FROM dossiers_dossier WHERE finished_at IS NOT NULL AND id %% 10 < 7;
INSERT INTO payments_feeassessment (id, dossier_id, version_id, "on", channel, exemption, lines, gross, exempted,
  subsidised, payable, at)
SELECT id, id, version_id, accepted_at::date, channel, '', '[]'::jsonb, 8000, 0, 0, 8000, accepted_at
  FROM dossiers_dossier WHERE accepted_at IS NOT NULL AND id %% 3 = 0;
INSERT INTO payments_payment (dossier_id, assessment_id, unit_id, provider, merchant, reference, amount, currency,
  state, provider_reference, payer_name, created_at, checks, paid_at, settled_at, is_surplus, source, facts)
SELECT id, id, receiving_unit_id, CASE WHEN channel = 'online' THEN 'vnpay' ELSE 'cash' END, 'M', 'P' || id, 8000,
  'VND', 'settled', '', '', accepted_at, 0, accepted_at, accepted_at, false, '', '{}'::jsonb FROM dossiers_dossier
  WHERE accepted_at IS NOT NULL AND id %% 3 = 0;
SELECT setval(pg_get_serial_sequence('dossiers_dossier', 'id'), %(n)s + 1)
"""


def address(url: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def timed(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Median of some runs in milliseconds, after one to warm up."""
    work()
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def once(work: Callable[[], Any]) -> float:
    """One run in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def say(line: str) -> None:
    """Progress for whoever waits."""
    print(f"# {line}", file=sys.stderr, flush=True)


class Told(dict[str, float]):
    """Numbers that are said as they are found: a run that is broken off has still told what it measured."""

    def __setitem__(self, what: str, value: float) -> None:
        super().__setitem__(what, value)
        say(f"{what}: {value:,.1f}")


def plain_defaults() -> list[tuple[str, str, Any]]:
    """(table, column, value) of what Django fills in by itself: a column added later needs no change here."""
    from django.apps import apps

    tables = {
        "dossier",
        "dossierevent",
        "dossierparty",
        "supplementrequest",
        "document",
        "feeassessment",
        "payment",
    }
    return [
        (model._meta.db_table, field.column, field.get_default())
        for model in apps.get_models()
        if model._meta.model_name in tables
        for field in model._meta.local_concrete_fields
        if not field.null and not field.primary_key and isinstance(field.get_default(), bool | int | str)
    ]


def make(size: int) -> None:
    """The dossiers; checks of foreign keys are left out for speed."""
    from django.db import connection
    from psycopg import sql

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text ~ '^(dossiers|payments)_'"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        for table, column, value in plain_defaults():
            cursor.execute(
                sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}")
                .format(sql.Identifier(table), sql.Identifier(column), sql.Literal(value))
                .as_string(cursor.connection.connection)
            )
        for statement in GENERATE.split(";\n"):
            cursor.execute(statement, {"n": size})
        cursor.execute("VACUUM ANALYZE")


def measure(size: int) -> dict[str, float]:
    """Every number for one size."""
    from django.db import connection
    from django.db.models import Q

    from dossiers.actions.supplements import remind_and_note
    from portal.accounts.models import Unit
    from portal.lib import clock
    from reporting import behind, by_procedure, fill, openness, pulls, report06, seals
    from reporting.actions import exports
    from reporting.actions.reports import issue_due
    from reporting.facts import FACT_BY_CODE
    from reporting.measures import MEASURE_BY_CODE
    from reporting.models import DirtyDay, ProcedureCount, WarningRule
    from reporting.periods import Period, month_of, months
    from reporting.rollups import figures
    from reporting.watch.looking import Look

    def look() -> None:
        one = Look(clock.now())
        for rule in WarningRule.objects.on(one.today):
            one.findings(rule)

    found = Told({"dossiers": size})
    today, day = clock.today(), datetime.timedelta(days=1)
    say("full rebuild")
    found["full rebuild, s"] = once(fill.rebuild)
    fill.fill_all()
    month, year = Period(today - 30 * day, today), Period(today - 364 * day, today)
    units = list(Unit.objects.filter(kind__in=["commune", "branch"]).order_by("pk"))
    busiest = units[0]

    def sql(statement: str, *params: Any) -> Callable[[], Any]:
        def run() -> Any:
            with connection.cursor() as cursor:
                cursor.execute(statement, params)
                return cursor.fetchall()

        return run

    say("boards")
    bare = (
        "SELECT receiving_unit_id, count(*), count(*) FILTER (WHERE channel = 'online'), count(*) FILTER (WHERE"
        " channel = 'online' AND online_level = 'full') FROM dossiers_dossier WHERE accepted_at >= %s AND"
        " accepted_at < %s GROUP BY 1"
    )
    limits = (today - 364 * day, today + day)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reporting_daycount")
    found["126 units x 12 months: sum of day counts, ms"] = timed(
        sql(
            "SELECT unit_id, sum(received), sum(received_online), sum(received_full) FROM reporting_daycount"
            " WHERE day >= %s AND day < %s GROUP BY 1",
            *limits,
        )
    )
    found["the same from the sums of the months, ms"] = timed(
        sql(
            "SELECT unit_id, month, received, received_online, received_full FROM reporting_monthcount"
            " WHERE month >= %s AND month < %s",
            (today - 365 * day).replace(day=1),
            today,
        )
    )
    whole = Period(month_of(today - 364 * day), today)
    found["city board, 12 whole months: every figure, ms"] = timed(lambda: figures(whole, None))
    found["the same over the base table (bare SQL), ms"] = timed(sql(bare, *limits), 5)
    found["city board, a month: every figure, ms"] = timed(lambda: figures(month, None))
    found["city board, 12 months: every figure, ms"] = timed(lambda: figures(year, None))
    found["unit board, a month, ms"] = timed(lambda: figures(month, [busiest.pk]))
    found["unit board by field, a month (from the rows), ms"] = timed(
        lambda: behind.by_field(MEASURE_BY_CODE["online"], month, [busiest.pk])
    )
    every = [unit.pk for unit in units]
    found["report 06 of the city, a month (from the rows), ms"] = timed(
        lambda: report06.lines(month, every, "unit"), 3
    )
    say("by procedure, why, warnings")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reporting_procedurecount")
    found["stored days of procedures"] = ProcedureCount.objects.count()
    found["city by field and procedure, a month, ms"] = timed(lambda: by_procedure.read(month, None))
    found["city by field and procedure, 12 months, ms"] = timed(lambda: by_procedure.read(year, None), 5)
    found["the same month from the base table, ms"] = timed(
        lambda: by_procedure.counted(month.first, month.last, Q(), None), 5
    )
    found["unit by procedure, a month (from the rows), ms"] = timed(
        lambda: by_procedure.read(month, [busiest.pk])
    )
    found["why, a unit's month (from the rows), ms"] = timed(
        lambda: pulls.cells(MEASURE_BY_CODE["online"], month, [busiest.pk])
    )
    found["a look at every warning rule, ms"] = timed(look, 5)
    say("late list")
    late = FACT_BY_CODE["overdue_now"]
    listed = behind.Request(MEASURE_BY_CODE["overdue-now"], "numerator", month, [busiest.pk])
    found["overdue dossiers"] = late.rows(today, today, None).count()
    found["late list of the city: count, ms"] = timed(lambda: late.rows(today, today, None).count())
    found["late list of a unit: first 50, ms"] = timed(lambda: list(listed.lines()[:50]))
    found["the same without the index (bare scan), ms"] = timed(
        sql(
            "SELECT count(*) FROM dossiers_dossier WHERE finished_at + interval '0' IS NULL AND closed_at IS NULL"
            " AND accepted_at IS NOT NULL AND due_at + interval '0' < now()"
        ),
        5,
    )
    say("fills")

    def dirty(pairs: list[tuple[datetime.date, int]]) -> Callable[[], Any]:
        def run() -> Any:
            DirtyDay.objects.bulk_create([DirtyDay(day=one, unit_id=unit) for one, unit in pairs])
            return fill.fill_all()

        return run

    found["one dirty day of one unit filled, ms"] = timed(dirty([(today - 3 * day, busiest.pk)]))
    found["one dirty day of all units filled, ms"] = timed(
        dirty([(today - 3 * day, unit.pk) for unit in units]), 7
    )
    found["a fill with nothing marked, ms"] = timed(fill.fill_all)
    found["sweep: supplements to remind of, ms"] = timed(lambda: remind_and_note(now=clock.now()))
    found["sweep: scheduled reports and files, ms"] = timed(lambda: (issue_due(), exports.sweep()))
    found["public year, uncached, ms"] = timed(lambda: openness._count(today.year, today), 5)
    found["price of the mark on a write, %"] = price()
    say("comparison")
    days = fill.span()
    assert days is not None
    wrong = sum(len(fill.differences(first, last)[1]) for first, last in months(*days))
    found["days of units that differ from a recomputation"] = wrong
    say("a seal")
    first = month_of(today - 40 * day)
    found["sealing a month, s"] = once(lambda: seals.seal_month(first))
    found["checking a sealed month, s"] = once(lambda: seals.check())
    found["count(*) of the base table, ms"] = timed(sql("SELECT count(*) FROM dossiers_dossier"), 5)
    return found


def price() -> float:
    """How much longer the smallest marked write (one event, one dossier saved) takes with its mark, in per cent."""
    from django.db import transaction

    from dossiers.actions.base import record
    from dossiers.models import Dossier
    from dossiers.signals import event_recorded
    from dossiers.states import EventKind
    from reporting.marks import event_seen

    dossier = Dossier.objects.filter(finished_at__isnull=False).order_by("-pk").first()
    assert dossier is not None
    uid = "reporting.event_seen"
    spent = {False: 0.0, True: 0.0}
    for number in range(2000):
        marked = bool(number % 2)
        if marked:
            event_recorded.connect(event_seen, dispatch_uid=uid)
        else:
            event_recorded.disconnect(dispatch_uid=uid)
        began = time.perf_counter()
        with transaction.atomic():
            unit = dossier.competent_unit_id
            record(dossier, EventKind.ISSUED, by=None, unit_id=unit, before=dossier.state)
            dossier.save(update_fields=["step_due_at"])
        spent[marked] += time.perf_counter() - began
    return (spent[True] / spent[False] - 1) * 100


def prepare() -> None:
    """Tables, units and catalogue in the database of the environment, which the others are copied from."""
    from django.core.management import call_command

    from portal.accounts.models import User

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    if not User.objects.exists():
        User.objects.create_user(username="bench", kind="staff")


def one(size: int) -> None:
    """Make and measure in the database of the environment; one line of JSON."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    if not size:
        prepare()
        return
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0"
        )  # pages are cut off after some seconds, a run of this is not
    say(f"{size:,} dossiers")
    say(f"made in {once(lambda: make(size)):.0f} s")
    print(json.dumps(measure(size)), flush=True)


def child(url: str, name: str, size: int) -> str:
    """Run this script for one size in a process of its own, over the database `name`."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", str(size)],
        env={**os.environ, "DATABASE_URL": address(url, name)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def everything(sizes: list[int], *, keep: bool) -> None:
    """A scratch database and a process per size, then the table."""
    import psycopg

    url = os.environ["DATABASE_URL"]
    base, found = "portal_bench", []
    with psycopg.connect(url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [base]).fetchone():
            server.execute(f'CREATE DATABASE "{base}"')
        say("tables, units, catalogue")
        child(url, base, 0)
        for size in sizes:
            name = f"{base}_{size}"
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{base}"')
            try:
                found.append(json.loads(child(url, name, size).splitlines()[-1]))
            finally:
                if not keep:
                    server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if not keep:
            server.execute(f'DROP DATABASE "{base}" WITH (FORCE)')
    for what in found[0]:
        values = [each[what] for each in found]
        ratio = f"   x{values[-1] / values[0]:.2f}" if len(values) > 1 and values[0] and "ms" in what else ""
        print(f"{what:52}" + "".join(f"{value:14,.1f}" for value in values) + ratio)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 1_000_000])
    parser.add_argument("--one", type=int, default=-1, help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="keep the scratch databases")
    options = parser.parse_args()
    if options.one >= 0:
        one(options.one)
    else:
        everything(options.sizes, keep=options.keep)
