"""What PostgreSQL itself refuses: changing assessments, ledger lines and receipts; a transaction that is not zero."""

from django.db import migrations

from portal.lib.triggers import append_only

BALANCED = """
CREATE FUNCTION payments_ledgerentry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total numeric;
BEGIN
    SELECT sum(amount) INTO total FROM payments_ledgerentry WHERE transaction = NEW.transaction;
    IF total <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % adds up to %', NEW.transaction, total
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_ledgerentry_balanced AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_ledgerentry_balanced();
"""
UNBALANCED = """
DROP TRIGGER payments_ledgerentry_balanced ON payments_ledgerentry;
DROP FUNCTION payments_ledgerentry_balanced();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        append_only("payments_feeassessment"),
        append_only("payments_ledgerentry"),
        append_only("payments_receipt"),
        migrations.RunSQL(BALANCED, UNBALANCED),
    ]
