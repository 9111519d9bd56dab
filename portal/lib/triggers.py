"""Database triggers: what must only grow is refused any change by PostgreSQL itself."""

from django.db.migrations import RunSQL


def append_only(table: str) -> RunSQL:
    """A migration operation: UPDATE and DELETE of a row of `table` raise an exception.

    TRUNCATE stays possible, for tests and for `bin/run --reset`.
    """
    name = f"{table}_append_only"
    return RunSQL(
        sql=f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
        CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        reverse_sql=f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


def write_once(table: str, columns: list[str]) -> RunSQL:
    """A migration operation: a value of `columns`, once set, can never be changed or emptied."""
    name = f"{table}_write_once"
    tests = "\n".join(
        f"IF OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column} THEN "
        f"RAISE EXCEPTION '{table}.{column} is written once' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF;"
        for column in columns
    )
    return RunSQL(
        sql=f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {tests} RETURN NEW; END $$;
        CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        reverse_sql=f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )
