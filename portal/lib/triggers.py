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


def frozen(table: str, *, free: str, may_change: list[str], test: str = "TRUE") -> RunSQL:
    """A migration operation: UPDATE and DELETE of a row raise, unless the SQL condition `free` (over OLD) holds.

    An UPDATE that touches only `may_change` passes when `test` (over OLD and NEW) holds.
    """
    name, kept = f"{table}_frozen", "{" + ",".join(may_change) + "}"
    return RunSQL(
        sql=f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT ({free}) AND NOT (
            TG_OP = 'UPDATE' AND ({test}) AND to_jsonb(NEW) - '{kept}'::text[] = to_jsonb(OLD) - '{kept}'::text[]
        ) THEN
            RAISE EXCEPTION '{table}: row % is frozen', OLD.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$;
        CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        reverse_sql=f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


def frozen_with(table: str, *, parent: str, key: str, free: str) -> RunSQL:
    """A migration operation: rows of `table` are added, changed and removed only while `free` holds of their parent.

    `free` is an SQL condition over the columns of `parent`, whose row `key` names; a parent that is gone frees them.
    """
    name = f"{table}_frozen"
    return RunSQL(
        sql=f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.{key} AND NOT ({free}))
        OR TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM {parent} WHERE id = NEW.{key} AND NOT ({free})
        ) THEN
            RAISE EXCEPTION '{table}: the row it belongs to is frozen'
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$;
        CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {name}();
        """,  # noqa: S608 - names and conditions of our own migrations
        reverse_sql=f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )
