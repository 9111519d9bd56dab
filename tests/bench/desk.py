"""The desk over many dossiers: inbox, dossier page and search, whole pages with their queries.

    DATABASE_URL=postgresql://… python tests/bench/desk.py 10000 1000000 [10000000] [--keep]

Each size gets a scratch database on the server DATABASE_URL names (dropped again without --keep): the real units and
catalogue, and dossiers written by SQL in the shape the actions leave, with people, words and two events each. A ward's
work is the same in every size (400 open dossiers); what grows is the archive behind it, its own and the city's. Sizes
are measured in turn, several rounds in processes of their own, so that a busy moment of the machine falls on all of
them; a number is the median of all rounds, its queries are those of the whole request. Nothing of the database
DATABASE_URL names itself is read or written.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from figures import ROOT, address, once, plain_defaults, say

ROUNDS, REPEATS = 5, 5
WARD = "00004"
TABLES = ("dossiers_dossier", "dossiers_dossierparty", "dossiers_dossierwords", "dossiers_dossierevent")

# One row a dossier; r counts from the newest. The newest are open, at most 60,000 (performance facts, section 3).
GENERATE = """
SELECT setseed(0.25);
CREATE TEMP TABLE b_unit AS SELECT row_number() OVER (ORDER BY kind DESC, code) - 1 AS n, id
  FROM accounts_unit WHERE kind IN ('commune', 'branch');
CREATE TEMP TABLE b_proc AS SELECT row_number() OVER (ORDER BY p.popularity DESC, p.code) - 1 AS n, p.id,
  v.id AS version FROM procedures_procedure p
  JOIN procedures_procedureversion v ON v.procedure_id = p.id AND v.number = 1;
CREATE TEMP TABLE b_name (n int, kind text, shown text, folded text);
INSERT INTO b_name SELECT ordinality - 1, 's', split_part(x, '/', 1), split_part(x, '/', 2) FROM unnest(string_to_array(
  'Nguyễn/nguyen,Nguyễn/nguyen,Nguyễn/nguyen,Nguyễn/nguyen,Trần/tran,Trần/tran,Lê/le,Phạm/pham,Hoàng/hoang,Vũ/vu,Đặng/dang,Bùi/bui',
  ',')) WITH ORDINALITY AS t (x, ordinality);
INSERT INTO b_name SELECT ordinality - 1, 'm', split_part(x, '/', 1), split_part(x, '/', 2) FROM unnest(string_to_array(
  'Văn/van,Văn/van,Văn/van,Thị/thi,Thị/thi,Thị/thi,Minh/minh,Ngọc/ngoc,Đức/duc,Thanh/thanh', ',')) WITH ORDINALITY
  AS t (x, ordinality);
INSERT INTO b_name SELECT n, 'g', 'Tên' || n, 'ten' || n FROM generate_series(0, 149) AS n;
CREATE TEMP TABLE b_raw AS
  SELECT i, %(n)s - 1 - i AS r, i < %(n)s - %(open)s AS closed,
    CASE WHEN i >= %(n)s - %(open)s AND (%(n)s - 1 - i) %% (%(open)s / 400) = 0 THEN %(ward)s
      ELSE units[1 + (i >= %(n)s - %(open)s)::int + floor(power(q.random, 1.6) * (array_length(units, 1) - 1))::int]
      END AS u,
    floor(power(random(), 3) * (SELECT count(*) FROM b_proc))::int AS p,
    floor(random() * 12)::int AS s, floor(random() * 10)::int AS m, floor(power(random(), 2) * 150)::int AS g,
    floor(random() * 20)::int AS z, random() AS l,
    CASE WHEN i < %(n)s - %(open)s THEN now() - interval '6 days' - interval '1 day' * 1820 * (1 - i::float / %(n)s)
      ELSE now() - interval '1 second' * ((%(n)s - 1 - i) * 518400.0 / %(open)s + 60) END AS filed
  FROM (SELECT i, random() AS random FROM generate_series(0, %(n)s - 1) AS i) q,
  (SELECT array_agg(id ORDER BY n) AS units FROM b_unit) u;
ANALYZE b_raw;
ANALYZE b_name;
ANALYZE b_proc;
CREATE TEMP TABLE b_full AS SELECT r.*, p.id AS procedure, p.version,
  CASE WHEN closed THEN CASE WHEN z = 0 THEN 'refused' ELSE 'returned' END
    WHEN z < 3 THEN 'filed' WHEN z < 5 THEN 'accepted' WHEN z < 15 THEN 'processing' WHEN z = 15 THEN 'checking'
    WHEN z = 16 THEN 'signing' WHEN z = 17 THEN 'signed' ELSE 'finished' END AS state,
  s.shown || ' ' || m.shown || ' ' || g.shown AS name, s.folded AS f1, m.folded AS f2, g.folded AS f3,
  to_char(filed, 'YYMMDD') AS day, lpad(i::text, 8, '0') AS serial,
  '001' || lpad(((i::bigint * 7919 + 13) %% 1000000000)::text, 9, '0') AS idn,
  '09' || lpad(((i::bigint * 3571 + 5) %% 100000000)::text, 8, '0') AS phone
  FROM b_raw r JOIN b_proc p ON p.n = r.p JOIN b_name s ON s.kind = 's' AND s.n = r.s
  JOIN b_name m ON m.kind = 'm' AND m.n = r.m JOIN b_name g ON g.kind = 'g' AND g.n = r.g;
DROP TABLE b_raw;
INSERT INTO dossiers_dossier (id, code, client_key, procedure_id, version_id, channel, online_level, assisted,
  owner_name, receiving_unit_id, competent_unit_id, state, money, delivery, sync, resume_state, assignee_id, filed_at,
  accept_by, accepted_at, promised_at, due_at, step_due_at, finished_at, returned_at, closed_at, is_demo)
SELECT i + 1, 'H26.1.' || u || '-' || day || '-' || serial, gen_random_uuid(), procedure, version, 'online', 'full',
  false, name, u, u, state, 'none', 'counter', 'sent', '',
  CASE WHEN state NOT IN ('filed', 'accepted', 'refused') THEN %(specialist)s END, filed, filed + interval '1 day',
  CASE WHEN state NOT IN ('filed', 'refused') THEN filed + interval '2 hours' END,
  CASE WHEN state NOT IN ('filed', 'refused') THEN filed + interval '5 days' END,
  CASE WHEN state NOT IN ('filed', 'refused') THEN filed + interval '5 days' END,
  CASE WHEN state IN ('accepted', 'processing', 'checking', 'signing', 'signed') THEN filed + interval '3 days' END,
  CASE WHEN state IN ('finished', 'returned') THEN filed + interval '4 hours' END,
  CASE WHEN state = 'returned' THEN filed + interval '1 day' END,
  CASE WHEN closed THEN filed + interval '1 day' END, false
FROM b_full ORDER BY i;
INSERT INTO dossiers_dossierparty (dossier_id, role, is_organisation, name, id_number, phone, email, address, relation)
SELECT i + 1, 'owner', false, name, idn, phone, '', 'Số ' || i %% 200 || ' phố Đội Cấn, Hà Nội', '' FROM b_full
  ORDER BY i;
INSERT INTO dossiers_dossierwords (dossier_id, unit_id, words)
SELECT i + 1, u, array_to_tsvector(ARRAY[u || '.h261' || u || day || serial, u || '.' || day || serial,
  u || '.' || serial, u || '.' || f1, u || '.' || f2, u || '.' || f3, u || '.' || idn, u || '.' || phone]) FROM b_full
  ORDER BY i;
INSERT INTO dossiers_dossierevent (dossier_id, seq, kind, at, recorded_at, unit_id, from_state, to_state, data)
SELECT i + 1, e, CASE e WHEN 1 THEN 'filed' ELSE 'accepted' END, filed + interval '2 hours' * (e - 1), filed, u,
  CASE e WHEN 1 THEN '' ELSE 'filed' END, CASE e WHEN 1 THEN 'filed' ELSE 'accepted' END, '{}'::jsonb
  FROM b_full CROSS JOIN generate_series(1, 2) AS e ORDER BY i, e;
DROP TABLE b_full;
SELECT setval(pg_get_serial_sequence('dossiers_dossier', 'id'), %(n)s + 1)
"""


@contextmanager
def bare_tables(cursor: Any) -> Iterator[None]:
    """Without indexes, foreign keys and write-ahead log while rows are written; the indexes come back after."""
    cursor.execute(
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint"
        " WHERE contype = 'f' AND (conrelid::regclass::text = ANY(%s) OR confrelid::regclass::text = ANY(%s))",
        [list(TABLES), list(TABLES)],
    )
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
    cursor.execute(
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I CASCADE', conrelid::regclass, conname),"
        " format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))"
        " FROM pg_constraint WHERE contype IN ('u', 'p') AND conrelid::regclass::text = ANY(%s)",
        [list(TABLES)],
    )
    keys = cursor.fetchall()
    for drop, _add in keys:
        cursor.execute(drop)
    cursor.execute(
        "SELECT format('DROP INDEX %%I', indexname), indexdef FROM pg_indexes WHERE tablename = ANY(%s)",
        [list(TABLES)],
    )
    indexes = cursor.fetchall()
    for drop, _make in indexes:
        cursor.execute(drop)
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} SET UNLOGGED")
    cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
    yield
    for statement in [add for _drop, add in keys] + [make for _drop, make in indexes]:
        cursor.execute(statement)
    cursor.execute("RESET work_mem")


def make(size: int) -> None:
    """The officers of a ward and the dossiers."""
    from django.db import connection
    from psycopg import sql

    from portal.accounts.models import Membership, Unit, User

    ward, city = Unit.objects.get(code=WARD), Unit.objects.get(kind="city")
    for role, unit in (("head", ward), ("specialist", ward), ("counter", ward), ("leader", ward), ("clerk", ward),
                       ("monitor", city)):  # fmt: skip
        user = User.objects.create_user(f"bench.{role}", kind="staff", full_name=f"Người {role}")
        Membership.objects.create(user=user, unit=unit, role=role)
    specialist = User.objects.get(username="bench.specialist").pk
    numbers = {"n": size, "open": min(size * 2 // 5, 60_000), "ward": ward.pk, "specialist": specialist}
    with connection.cursor() as cursor:
        for table, column, value in plain_defaults():
            cursor.execute(
                sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}")
                .format(sql.Identifier(table), sql.Identifier(column), sql.Literal(value))
                .as_string(cursor.connection.connection)
            )
        with bare_tables(cursor):
            for statement in GENERATE.split(";\n"):
                cursor.execute(statement, numbers)
        cursor.execute("VACUUM ANALYZE")


def pages() -> dict[str, Callable[[int], tuple[str, str]]]:
    """What is measured: for each number of a repeat who asks for which address."""
    from django.db import connection

    from portal.accounts.models import Unit

    ward = Unit.objects.get(code=WARD).pk
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, d.code, p.name, p.id_number, p.phone FROM dossiers_dossier d JOIN dossiers_dossierparty p"
            " ON p.dossier_id = d.id WHERE d.competent_unit_id = %s ORDER BY md5(d.id::text) LIMIT 25",
            [ward],
        )
        some = cursor.fetchall()

    def of(row: int, column: int) -> str:
        return str(some[row % len(some)][column]).replace(" ", "+")

    def inbox(query: str, who: str = "head") -> Callable[[int], tuple[str, str]]:
        return lambda _row: (who, f"/xu-ly/?{query}")

    def search(column: int, cut: slice = slice(None)) -> Callable[[int], tuple[str, str]]:
        return lambda row: ("head", f"/xu-ly/?q={of(row, column)[cut]}")

    return {
        "inbox of the head: his work": inbox("tab=now"),
        "inbox of the specialist": inbox("tab=mine", "specialist"),
        "late": inbox("tab=late"),
        "due soon": inbox("tab=soon"),
        "in nobody's hands": inbox("tab=nobody"),
        "finished today": inbox("tab=done"),
        "all, first page": inbox("tab=all"),
        "all, a page deep in the archive": lambda row: ("head", f"/xu-ly/?tab=all&after={of(row, 0)}"),
        "late in the whole city (monitor)": inbox("tab=late", "monitor"),
        "dossier page": lambda row: ("head", f"/xu-ly/ho-so/{of(row, 1)}/"),
        "search: code": search(1),
        "search: serial number only": search(1, slice(-8, None)),
        "search: name of three words": search(2),
        "search: commonest surname": inbox("q=nguyen"),
        "search: identity number": search(3),
        "search: phone": search(4),
        "search: nothing found": inbox("q=khong+co+ai+nhu+vay"),
    }


def clients() -> dict[str, Any]:
    """A signed-in browser for everybody."""
    from django.test import Client

    from portal.accounts.models import User

    made = {}
    for who in ("head", "specialist", "monitor"):
        made[who] = Client()
        made[who].force_login(User.objects.get(username=f"bench.{who}"))
    return made


def measure(first: int) -> dict[str, Any]:
    """REPEATS times of every page in ms, with the queries and rows of the last."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browsers, found = clients(), {}
    for what, ask in pages().items():
        who, where = ask(first)
        browsers[who].get(where)
        times = []
        for number in range(REPEATS):
            who, where = ask(first + number)
            began = time.perf_counter()
            answer = browsers[who].get(where)
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (what, where, answer.status_code)
        with CaptureQueriesContext(connection) as queries:
            html = browsers[who].get(where).content
        rows = html.count(b'<th scope="row">')
        start, end = html.find(b"<tbody"), html.find(b"</tbody>")
        found[what] = {
            "times": times,
            "queries": len(queries),
            "rows": rows,
            "row": (end - start) // rows if rows else 0,
        }
    return found


def explain() -> str:
    """The plans of a list and of a search by name, without times."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, told = clients()["head"], []
    assert get_user_model()
    for what in ("late", "search: name of three words"):
        _who, where = pages()[what](0)
        with CaptureQueriesContext(connection) as queries:
            browser.get(where)
        mark = "dossiers_dossierwords" if "search" in what else "LIMIT 51"
        statement = next(each["sql"] for each in queries if mark in each["sql"])
        with connection.cursor() as cursor:
            cursor.execute(
                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + statement.replace("%", "%%"), []
            )
            told.append(f"{what}\n" + "\n".join(f"    {line}" for (line,) in cursor.fetchall()))
    return "\n".join(told)


def prepare() -> None:
    """Tables, units and catalogue, which the sizes are copied from."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)


def one(task: str) -> None:
    """One task in the database of the environment; its answer is the last line, as JSON."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import override_settings

    name, _, number = task.partition("=")
    work: dict[str, Callable[[], Any]] = {
        "prepare": prepare,
        "make": lambda: make(int(number)),
        "measure": lambda: measure(int(number)),
        "explain": explain,
    }
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    hosts = [*settings.ALLOWED_HOSTS, "testserver"]
    with override_settings(ALLOWED_HOSTS=hosts, STORAGES={**settings.STORAGES, **plain}):
        print(json.dumps(work[name]()), flush=True)


def child(url: str, task: str) -> Any:
    """Run one task in a process of its own over the database `url` names."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), "--task", task],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def everything(sizes: list[int], *, keep: bool, measuring: bool) -> None:
    """A scratch database a size, rounds over all of them, then the table and the plans."""
    import psycopg

    url, base = os.environ["DATABASE_URL"], "portal_desk_bench"
    names = {size: f"{base}_{size}" for size in sizes}
    with psycopg.connect(url, autocommit=True) as server:

        def there(name: str) -> bool:
            return bool(server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())

        try:
            for size, name in names.items():
                if there(name):
                    continue  # kept by an earlier run
                if not there(base):
                    server.execute(f'CREATE DATABASE "{base}"')
                    say("tables, units, catalogue")
                    child(address(url, base), "prepare")
                server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{base}"')
                seconds = once(lambda name=name, size=size: child(address(url, name), f"make={size}"))  # type: ignore[misc]
                say(f"{size:,} dossiers made in {seconds:.0f} s")
            if measuring:
                report(url, names)
        finally:
            for name in () if keep else (*names.values(), base):
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def report(url: str, names: dict[int, str]) -> None:
    """Measure in turn and print."""
    rounds: dict[int, list[dict[str, Any]]] = {size: [] for size in names}
    for number in range(ROUNDS):
        for size, name in names.items():
            rounds[size].append(child(address(url, name), f"measure={number * REPEATS}"))
        say(f"round {number + 1} of {ROUNDS}")
    sizes = list(names)
    print(f"{'page, median ms of ' + str(ROUNDS * REPEATS):36}" + "".join(f"{size:>12,}" for size in sizes)
          + "   ratio  queries  rows  bytes a row")  # fmt: skip
    for what in rounds[sizes[0]][0]:
        medians = [
            statistics.median(t for each in rounds[size] for t in each[what]["times"]) for size in sizes
        ]
        last = rounds[sizes[-1]][-1][what]
        print(f"{what:36}" + "".join(f"{median:12.1f}" for median in medians)
              + f"{medians[-1] / medians[0]:8.2f}{last['queries']:9}{last['rows']:6}{last['row']:13}")  # fmt: skip
    print(f"\nplans at {sizes[-1]:,}\n" + child(address(url, names[sizes[-1]]), "explain"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 1_000_000])
    parser.add_argument("--task", default="", help=argparse.SUPPRESS)
    parser.add_argument(
        "--make", action="store_true", help="make the databases and keep them, without measuring"
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the scratch databases, and use kept ones again"
    )
    options = parser.parse_args()
    if options.task:
        one(options.task)
    else:
        everything(options.sizes, keep=options.keep or options.make, measuring=not options.make)
