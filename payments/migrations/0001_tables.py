"""All tables as they stood on 26 November 2026, with what the database itself refuses."""

import csv
import datetime
from pathlib import Path

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import payments.models.refunds
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from portal.lib.triggers import append_only, write_once

BANKS = Path(__file__).resolve().parents[1] / "data" / "banks.csv"
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
GUARD = """
CREATE FUNCTION payments_cashshift_day_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed timestamptz;
BEGIN
    SELECT closed_at INTO closed FROM payments_unitday WHERE id = NEW.day_id FOR SHARE;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'the desk day is closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_cashshift_day_open BEFORE INSERT ON payments_cashshift
    FOR EACH ROW EXECUTE FUNCTION payments_cashshift_day_open();
CREATE FUNCTION payments_unitday_shifts_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.closed_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM payments_cashshift s WHERE s.day_id = NEW.id
           AND (s.closed_at IS NULL OR (s.handed_to_id IS NOT NULL AND s.received_at IS NULL))
    ) THEN
        RAISE EXCEPTION 'a shift of the day is open or its cash not confirmed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_unitday_shifts_closed BEFORE INSERT OR UPDATE ON payments_unitday
    FOR EACH ROW EXECUTE FUNCTION payments_unitday_shifts_closed();
"""
UNGUARD = """
DROP TRIGGER payments_unitday_shifts_closed ON payments_unitday;
DROP FUNCTION payments_unitday_shifts_closed();
DROP TRIGGER payments_cashshift_day_open ON payments_cashshift;
DROP FUNCTION payments_cashshift_day_open();
"""


def load_banks(apps, _schema):
    """The bank table from the product's own file."""
    lines = [line for line in BANKS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    bank = apps.get_model("payments", "Bank")
    bank.objects.bulk_create(
        bank(**{**row, "transfer": row["transfer"] == "yes"}) for row in csv.DictReader(lines)
    )


def certification_keeps_half(apps, _schema):
    """The one share found in a published rule: certification keeps half (TT 226/2016/TT-BTC)."""
    share = apps.get_model("payments", "RetainedShare")
    share.objects.create(
        code="chung-thuc-ban-sao",
        percent=50,
        legal_basis="Thông tư 226/2016/TT-BTC",
        valid_from=datetime.date(2017, 1, 1),
    )


class Migration(migrations.Migration):

    replaces = [('payments', '0001_initial'), ('payments', '0002_ledger_only_grows'), ('payments', '0003_accounts_and_codes'), ('payments', '0004_statements'), ('payments', '0005_desk_days'), ('payments', '0006_refunds_by_row'), ('payments', '0007_reconciliation_and_sharing'), ('payments', '0008_receipts_corrected_and_told')]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('dossiers', '0001_tables'),
        ('procedures', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bank',
            fields=[
                ('bin', models.CharField(max_length=6, primary_key=True, serialize=False)),
                ('short_name', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('swift', models.CharField(blank=True, max_length=11)),
                ('transfer', models.BooleanField()),
            ],
            options={
                'ordering': ['short_name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('bin__regex', '^\\d{6}$')), name='bank_bin_form')],
            },
        ),
        migrations.CreateModel(
            name='PaymentCode',
            fields=[
                ('code', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('dossier', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='payment_code', to='dossiers.dossier')),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^HNP[2-9A-HJKMNP-Z]{8}$')), name='payment_code_form')],
            },
        ),
        migrations.CreateModel(
            name='FeeAssessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='dossiers.dossier')),
                ('version', models.ForeignKey(help_text='whose rules', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedureversion')),
                ('on', models.DateField(help_text='day whose rules applied: the day of filing')),
                ('channel', models.CharField(choices=[('online', 'Trực tuyến'), ('counter', 'Trực tiếp'), ('post', 'Bưu chính')], max_length=8)),
                ('exemption', models.CharField(blank=True, max_length=60)),
                ('lines', models.JSONField()),
                ('gross', models.PositiveBigIntegerField()),
                ('exempted', models.PositiveBigIntegerField()),
                ('subsidised', models.PositiveBigIntegerField()),
                ('payable', models.PositiveBigIntegerField()),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='payments.feeassessment')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['online', 'counter', 'post'])), name='fee_assessment_channel_known'), models.CheckConstraint(condition=models.Q(('gross', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('exempted'), '+', models.F('subsidised')), '+', models.F('payable')))), name='fee_assessment_adds_up'), models.UniqueConstraint(condition=models.Q(('supersedes__isnull', True)), fields=('dossier',), name='fee_assessment_one_first')],
            },
        ),
        migrations.CreateModel(
            name='UnitDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desk_days', to='accounts.unit')),
                ('day', models.DateField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-day', 'unit'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'day'), name='unit_day_once'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), _connector='OR'), name='unit_day_closed_pair')],
            },
        ),
        migrations.CreateModel(
            name='PaymentGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=80, unique=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reference__regex', '^[A-Za-z0-9]+$')), name='payment_group_reference_form')],
            },
        ),
        migrations.CreateModel(
            name='PayLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=43, unique=True)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pay_links', to='dossiers.dossier')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), _connector='OR'), name='pay_link_revoked_pair'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='pay_link_ends_later'), models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('dossier',), name='pay_link_one_open')],
            },
        ),
        migrations.CreateModel(
            name='ReceiptBook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipt_books', to='accounts.unit')),
                ('kind', models.CharField(choices=[('phi', 'Phí'), ('le_phi', 'Lệ phí')], max_length=8)),
                ('template_symbol', models.CharField(max_length=12)),
                ('symbol', models.CharField(max_length=10)),
                ('year', models.PositiveSmallIntegerField()),
                ('digits', models.PositiveSmallIntegerField()),
                ('first_number', models.PositiveIntegerField(default=1)),
                ('last_number', models.PositiveIntegerField(blank=True, help_text='empty: as far as the digits reach', null=True)),
                ('next_number', models.PositiveIntegerField(default=1)),
                ('is_sample', models.BooleanField(default=False)),
                ('delegated_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ranges', to='payments.receiptbook')),
                ('registration', models.CharField(blank=True, help_text="number and day of the tax authority's notice, or of the delegation", max_length=120)),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_at', models.DateTimeField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['unit', 'year', 'symbol', 'first_number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['phi', 'le_phi'])), name='receipt_book_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('proposed_at__isnull', False), ('proposed_by__isnull', False)), models.Q(('proposed_at__isnull', True), ('proposed_by__isnull', True)), _connector='OR'), name='receipt_book_proposed_pair'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), _connector='OR'), name='receipt_book_approved_pair'), models.UniqueConstraint(fields=('unit', 'template_symbol', 'symbol', 'year', 'first_number'), name='receipt_book_symbol_once', violation_error_message='Ký hiệu này đã được khai cho đơn vị trong năm.'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True), ('opened_at__isnull', False)), fields=('unit', 'kind', 'template_symbol', 'year'), name='receipt_book_one_in_use'), models.CheckConstraint(condition=models.Q(('first_number__gt', 0), ('next_number__gte', models.F('first_number')), models.Q(('last_number__isnull', True), ('last_number__gte', models.F('first_number')), _connector='OR')), name='receipt_book_from_one'), models.CheckConstraint(condition=models.Q(('last_number__isnull', True), ('next_number__lte', django.db.models.expressions.CombinedExpression(models.F('last_number'), '+', models.Value(1))), _connector='OR'), name='receipt_book_within_range'), models.CheckConstraint(condition=models.Q(('digits__in', [7, 8])), name='receipt_book_digits'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='receipt_book_two_persons', violation_error_message='Người đề nghị không được tự duyệt.'), models.CheckConstraint(condition=models.Q(('opened_at__isnull', True), ('is_sample', True), ('approved_at__isnull', False), _connector='OR'), name='receipt_book_open_when_approved')],
            },
        ),
        migrations.CreateModel(
            name='GatewayReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(choices=[('vnpay', 'VNPAY'), ('cash', 'Tiền mặt tại quầy'), ('card', 'Máy quẹt thẻ tại quầy'), ('transfer', 'Chuyển khoản'), ('surplus', 'Bù trừ khoản nộp thừa'), ('national', 'Nền tảng thanh toán quốc gia')], max_length=10)),
                ('day', models.DateField()),
                ('read_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-day', 'provider'],
                'constraints': [models.CheckConstraint(condition=models.Q(('provider__in', ['vnpay', 'cash', 'card', 'transfer', 'surplus', 'national'])), name='gateway_report_provider_known'), models.UniqueConstraint(fields=('provider', 'day'), name='gateway_report_once')],
            },
        ),
        migrations.CreateModel(
            name='DayBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('day', models.DateField()),
                ('provider', models.CharField(choices=[('vnpay', 'VNPAY'), ('cash', 'Tiền mặt tại quầy'), ('card', 'Máy quẹt thẻ tại quầy'), ('transfer', 'Chuyển khoản'), ('surplus', 'Bù trừ khoản nộp thừa'), ('national', 'Nền tảng thanh toán quốc gia')], max_length=10)),
                ('outside', models.BigIntegerField(blank=True, null=True)),
                ('ledger', models.BigIntegerField()),
                ('receipts', models.BigIntegerField()),
                ('checked_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-day', 'unit', 'provider'],
                'indexes': [models.Index(condition=models.Q(models.Q(('ledger', models.F('receipts')), _negated=True), models.Q(('outside__isnull', False), models.Q(('outside', models.F('ledger')), _negated=True)), _connector='OR'), fields=['day'], name='day_balance_differs')],
                'constraints': [models.CheckConstraint(condition=models.Q(('provider__in', ['vnpay', 'cash', 'card', 'transfer', 'surplus', 'national'])), name='day_balance_provider_known'), models.UniqueConstraint(fields=('unit', 'day', 'provider'), name='day_balance_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='RetainedShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('percent', models.PositiveSmallIntegerField()),
                ('legal_basis', models.CharField(max_length=200)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['code', 'valid_from'],
                'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='retained_share_once'), models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='retained_share_percent'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='retained_share_in_order')],
            },
        ),
        migrations.CreateModel(
            name='TaxSummary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('day', models.DateField()),
                ('part', models.PositiveSmallIntegerField(default=1)),
                ('count', models.PositiveIntegerField()),
                ('total', models.BigIntegerField(help_text='VND issued less VND cancelled and replaced')),
                ('xml', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Chờ gửi'), ('sent', 'Cơ quan thuế đã nhận'), ('refused', 'Cơ quan thuế từ chối'), ('by_hand', 'Đã nộp ngoài hệ thống')], default='waiting', max_length=8)),
                ('code', models.CharField(blank=True, help_text="the authority's own reference, or its refusal", max_length=80)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('failed_since', models.DateTimeField(blank=True, null=True)),
                ('late_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('handed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-day', 'unit', '-part'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try_at'], name='tax_summary_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'refused', 'by_hand'])), name='tax_summary_state_known'), models.UniqueConstraint(fields=('unit', 'day', 'part'), name='tax_summary_part_once'), models.CheckConstraint(condition=models.Q(models.Q(('failed_since__isnull', False), ('late_at__isnull', False)), models.Q(('failed_since__isnull', True), ('late_at__isnull', True)), _connector='OR'), name='tax_summary_failed_pair'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['sent', 'by_hand'])), models.Q(models.Q(('state__in', ['sent', 'by_hand']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='tax_summary_ended_exactly_when'), models.CheckConstraint(condition=models.Q(models.Q(('handed_by__isnull', False), ('state', 'by_hand')), models.Q(models.Q(('state', 'by_hand'), _negated=True), ('handed_by__isnull', True)), _connector='OR'), name='tax_summary_handed_by')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCollectionAccount',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('number', models.CharField(max_length=19)),
                ('holder', models.CharField(max_length=100)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('proposed', 'Chờ người thứ hai duyệt'), ('active', 'Đã duyệt'), ('declined', 'Không duyệt')], default='proposed', max_length=10)),
                ('reason', models.CharField(help_text='why the account is opened or changed', max_length=300)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('verification', models.CharField(choices=[('unverified', 'Chưa đối chiếu'), ('verified', 'Đã đối chiếu với ngân hàng'), ('failed', 'Đối chiếu không khớp')], default='unverified', max_length=10)),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('evidence', models.CharField(blank=True, max_length=200)),
                ('unit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.unit')),
                ('bank', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.bank')),
                ('asked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical collection account',
                'verbose_name_plural': 'historical collection accounts',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='CollectionAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='collection_accounts', to='accounts.unit')),
                ('bank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.bank')),
                ('number', models.CharField(max_length=19)),
                ('holder', models.CharField(max_length=100)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('proposed', 'Chờ người thứ hai duyệt'), ('active', 'Đã duyệt'), ('declined', 'Không duyệt')], default='proposed', max_length=10)),
                ('reason', models.CharField(help_text='why the account is opened or changed', max_length=300)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('verification', models.CharField(choices=[('unverified', 'Chưa đối chiếu'), ('verified', 'Đã đối chiếu với ngân hàng'), ('failed', 'Đối chiếu không khớp')], default='unverified', max_length=10)),
                ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('evidence', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['unit', '-valid_from', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'active', 'declined'])), name='collection_account_state_known'), models.CheckConstraint(condition=models.Q(('verification__in', ['unverified', 'verified', 'failed'])), name='collection_account_verification_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='collection_account_decided_pair'), models.CheckConstraint(condition=models.Q(models.Q(('verified_at__isnull', False), ('verified_by__isnull', False)), models.Q(('verified_at__isnull', True), ('verified_by__isnull', True)), _connector='OR'), name='collection_account_verified_pair'), models.CheckConstraint(condition=models.Q(('number__regex', '^[0-9A-Z]{4,19}$')), name='collection_account_number_form'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='collection_account_decided_exactly_when'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='collection_account_two_persons', violation_error_message='Người đề nghị không được tự duyệt tài khoản thu.'), models.CheckConstraint(condition=models.Q(models.Q(('verification', 'unverified'), ('verified_by__isnull', True)), models.Q(models.Q(('verification', 'unverified'), _negated=True), ('verified_by__isnull', False), models.Q(('evidence', ''), _negated=True)), _connector='OR'), name='collection_account_verified_exactly_when'), models.CheckConstraint(condition=models.Q(('verified_by__isnull', True), models.Q(('verified_by', models.F('asked_by')), _negated=True), _connector='OR'), name='collection_account_verified_by_another'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='collection_account_valid_in_order'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('unit',), name='collection_account_one_proposal', violation_error_message='Đơn vị đang có một đề nghị chờ duyệt.'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'active')), expressions=[(models.Func(models.F('unit'), models.F('unit'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange'), '&&')], name='collection_account_one_at_a_time', violation_error_message='Thời gian hiệu lực chồng lên một tài khoản khác của đơn vị.')],
            },
        ),
        migrations.CreateModel(
            name='CashShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cashier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cash_shifts', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('day', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='payments.unitday')),
                ('opened_at', models.DateTimeField()),
                ('opening_float', models.PositiveBigIntegerField(default=0)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('expected', models.BigIntegerField(blank=True, null=True)),
                ('counted', models.PositiveBigIntegerField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('handed_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('received_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-opened_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('handed_to__isnull', True), models.Q(('closed_at__isnull', False), models.Q(('handed_to', models.F('cashier')), _negated=True)), _connector='OR'), name='cash_shift_handed_to_another', violation_error_message='Người nhận bàn giao phải là người khác.'), models.CheckConstraint(condition=models.Q(('received_at__isnull', True), ('handed_to__isnull', False), _connector='OR'), name='cash_shift_received_from_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('counted__isnull', False), ('expected__isnull', False)), models.Q(('closed_at__isnull', True), ('counted__isnull', True), ('expected__isnull', True)), _connector='OR'), name='cash_shift_closing'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('cashier',), name='cash_shift_one_open', violation_error_message='Bạn đang có một ca thu chưa chốt.'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('closed_at__gte', models.F('opened_at')), _connector='OR'), name='cash_shift_in_order'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('counted', models.F('expected')), models.Q(('note', ''), _negated=True), _connector='OR'), name='cash_shift_difference_explained', violation_error_message='Có chênh lệch: hãy ghi lý do.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalReceiptBook',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('phi', 'Phí'), ('le_phi', 'Lệ phí')], max_length=8)),
                ('template_symbol', models.CharField(max_length=12)),
                ('symbol', models.CharField(max_length=10)),
                ('year', models.PositiveSmallIntegerField()),
                ('digits', models.PositiveSmallIntegerField()),
                ('first_number', models.PositiveIntegerField(default=1)),
                ('last_number', models.PositiveIntegerField(blank=True, help_text='empty: as far as the digits reach', null=True)),
                ('is_sample', models.BooleanField(default=False)),
                ('registration', models.CharField(blank=True, help_text="number and day of the tax authority's notice, or of the delegation", max_length=120)),
                ('proposed_at', models.DateTimeField(blank=True, null=True)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('unit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.unit')),
                ('delegated_from', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.receiptbook')),
                ('proposed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical receipt book',
                'verbose_name_plural': 'historical receipt books',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='GatewayReportLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='payments.gatewayreport')),
                ('reference', models.CharField(max_length=80)),
                ('provider_reference', models.CharField(max_length=64)),
                ('amount', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('report', 'reference', 'provider_reference'), name='gateway_report_line_once')],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='payments.collectionaccount')),
                ('sha256', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=10)),
                ('rows_new', models.PositiveIntegerField()),
                ('rows_known', models.PositiveIntegerField()),
                ('bad_rows', models.JSONField(default=list)),
                ('imported_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('imported_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-imported_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('account', 'sha256'), name='statement_once_per_account')],
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.collectionaccount')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.statement')),
                ('line', models.PositiveIntegerField()),
                ('key', models.CharField(max_length=64)),
                ('booked_at', models.DateTimeField()),
                ('amount', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('text', models.CharField(blank=True, max_length=500)),
                ('payer', models.CharField(blank=True, max_length=200)),
                ('payer_account', models.CharField(blank=True, max_length=40)),
                ('doubtful', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('open', 'Chờ nhận ra'), ('assigned', 'Đã ghi cho hồ sơ'), ('set_aside', 'Không phải phí, lệ phí'), ('out', 'Tiền ra')], default='open', max_length=10)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['booked_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['account', 'booked_at'], name='statement_line_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'assigned', 'set_aside', 'out'])), name='statement_line_state_known'), models.UniqueConstraint(fields=('account', 'key'), name='statement_line_once'), models.CheckConstraint(condition=models.Q(models.Q(('amount__lt', 0), ('state', 'out')), models.Q(models.Q(('state', 'out'), _negated=True), ('amount__gt', 0)), _connector='OR'), name='statement_line_direction'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state__in', ['assigned', 'set_aside'])), models.Q(('state__in', ['open', 'out']), ('done_at__isnull', True)), _connector='OR'), name='statement_line_done_exactly_when'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'set_aside'), _negated=True), models.Q(models.Q(('note', ''), _negated=True), ('done_by__isnull', False)), _connector='OR'), name='statement_line_set_aside_with_words', violation_error_message='Hãy ghi đây là khoản tiền gì.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalPayment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('provider', models.CharField(choices=[('vnpay', 'VNPAY'), ('cash', 'Tiền mặt tại quầy'), ('card', 'Máy quẹt thẻ tại quầy'), ('transfer', 'Chuyển khoản'), ('surplus', 'Bù trừ khoản nộp thừa'), ('national', 'Nền tảng thanh toán quốc gia')], max_length=10)),
                ('merchant', models.CharField(max_length=40)),
                ('reference', models.CharField(db_index=True, max_length=80)),
                ('amount', models.PositiveBigIntegerField()),
                ('currency', models.CharField(default='VND', max_length=3)),
                ('state', models.CharField(choices=[('pending', 'Đang chờ thanh toán'), ('settled', 'Đã thanh toán'), ('failed', 'Không thành công'), ('expired', 'Hết hạn'), ('needs_person', 'Chờ cán bộ kiểm tra')], default='pending', max_length=12)),
                ('provider_reference', models.CharField(blank=True, max_length=64)),
                ('payer_name', models.CharField(blank=True, help_text='as on the receipt', max_length=250)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('checks', models.PositiveSmallIntegerField(default=0)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('next_check_at', models.DateTimeField(blank=True, null=True)),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('is_surplus', models.BooleanField(default=False)),
                ('source', models.CharField(blank=True, help_text='what settled it: ipn, return, poll, cashier, bank', max_length=10)),
                ('dossier', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='dossiers.dossier')),
                ('assessment', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.feeassessment')),
                ('unit', models.ForeignKey(blank=True, db_constraint=False, help_text='collecting unit', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.unit')),
                ('started_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shift', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.cashshift')),
                ('line', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.statementline')),
                ('group', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.paymentgroup')),
                ('link', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.paylink')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical payment',
                'verbose_name_plural': 'historical payments',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='dossiers.dossier')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='payments.feeassessment')),
                ('unit', models.ForeignKey(help_text='collecting unit', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('provider', models.CharField(choices=[('vnpay', 'VNPAY'), ('cash', 'Tiền mặt tại quầy'), ('card', 'Máy quẹt thẻ tại quầy'), ('transfer', 'Chuyển khoản'), ('surplus', 'Bù trừ khoản nộp thừa'), ('national', 'Nền tảng thanh toán quốc gia')], max_length=10)),
                ('merchant', models.CharField(max_length=40)),
                ('reference', models.CharField(max_length=80, unique=True)),
                ('amount', models.PositiveBigIntegerField()),
                ('currency', models.CharField(default='VND', max_length=3)),
                ('state', models.CharField(choices=[('pending', 'Đang chờ thanh toán'), ('settled', 'Đã thanh toán'), ('failed', 'Không thành công'), ('expired', 'Hết hạn'), ('needs_person', 'Chờ cán bộ kiểm tra')], default='pending', max_length=12)),
                ('provider_reference', models.CharField(blank=True, max_length=64)),
                ('payer_name', models.CharField(blank=True, help_text='as on the receipt', max_length=250)),
                ('started_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shift', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='payments.cashshift')),
                ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='payments.statementline')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='payments.paymentgroup')),
                ('link', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='payments.paylink')),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('checks', models.PositiveSmallIntegerField(default=0)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('next_check_at', models.DateTimeField(blank=True, null=True)),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('is_surplus', models.BooleanField(default=False)),
                ('source', models.CharField(blank=True, help_text='what settled it: ipn, return, poll, cashier, bank', max_length=10)),
                ('facts', models.JSONField(default=dict, help_text="the provider's last verified message")),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['next_check_at'], name='payment_to_check'), models.Index(fields=['unit', 'settled_at'], name='payment_unit_settled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'settled', 'failed', 'expired', 'needs_person'])), name='payment_state_known'), models.CheckConstraint(condition=models.Q(('provider__in', ['vnpay', 'cash', 'card', 'transfer', 'surplus', 'national'])), name='payment_provider_known'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_amount_positive'), models.CheckConstraint(condition=models.Q(models.Q(('line__isnull', False), ('provider', 'transfer')), models.Q(models.Q(('provider', 'transfer'), _negated=True), ('line__isnull', True)), _connector='OR'), name='payment_transfer_has_its_line'), models.CheckConstraint(condition=models.Q(('reference__regex', '^[A-Za-z0-9]+$')), name='payment_reference_form'), models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('settled_at__isnull', False), ('state', 'settled')), models.Q(models.Q(('state', 'settled'), _negated=True), ('is_surplus', False), ('paid_at__isnull', True), ('settled_at__isnull', True)), _connector='OR'), name='payment_settled_exactly_when'), models.UniqueConstraint(condition=models.Q(('provider_reference', ''), _negated=True), fields=('provider', 'provider_reference'), name='payment_provider_reference_once'), models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('dossier', 'provider'), name='payment_one_pending'), models.UniqueConstraint(condition=models.Q(('is_surplus', False), ('state', 'settled')), fields=('assessment',), name='payment_one_settled')],
            },
        ),
        migrations.CreateModel(
            name='PaymentIncident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=160, unique=True)),
                ('kind', models.CharField(choices=[('surplus', 'Nộp thừa: hồ sơ đã nộp đủ'), ('amount', 'Số tiền không khớp'), ('currency', 'Đồng tiền không khớp'), ('merchant', 'Tài khoản nhận không khớp'), ('reused', 'Mã giao dịch đã dùng cho khoản nộp khác'), ('signature', 'Thông báo có chữ ký sai'), ('unknown', 'Giao dịch không rõ của khoản nộp nào'), ('suspect', 'Đã trừ tiền nhưng giao dịch bị nghi ngờ hoặc bị đảo'), ('refund', 'Hồ sơ đã rút hoặc dừng sau khi nộp phí: xem xét hoàn'), ('receipt', 'Đã hoàn tiền: biên lai phải được hủy hoặc thay thế'), ('no_refund', 'Cổng thanh toán từ chối hoàn tiền'), ('silent', 'Cổng thanh toán không trả lời'), ('difference', 'Chênh lệch khi đối soát ba bên'), ('no_report', 'Không có danh sách của cổng thanh toán'), ('transfer', 'Chuyển khoản chưa rõ của hồ sơ nào'), ('cash', 'Chênh lệch tiền mặt khi chốt ca'), ('tax', 'Bảng tổng hợp biên lai chưa đến cơ quan thuế')], max_length=10)),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('dossier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dossiers.dossier')),
                ('payment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='payments.payment')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('facts', models.JSONField(default=dict)),
                ('opened_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolution', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['-opened_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['unit', '-opened_at'], name='incident_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['surplus', 'amount', 'currency', 'merchant', 'reused', 'signature', 'unknown', 'suspect', 'refund', 'receipt', 'no_refund', 'silent', 'difference', 'no_report', 'transfer', 'cash', 'tax'])), name='payment_incident_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', False), ('settled_by__isnull', False)), models.Q(('settled_at__isnull', True), ('settled_by__isnull', True)), _connector='OR'), name='payment_incident_settled_pair'), models.CheckConstraint(condition=models.Q(('settled_at__isnull', True), models.Q(('resolution', ''), _negated=True), _connector='OR'), name='payment_incident_settled_with_words', violation_error_message='Hãy ghi cách đã xử lý.')],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('transaction', models.UUIDField(db_index=True)),
                ('kind', models.CharField(choices=[('assessed', 'Xác định phải nộp'), ('reversed', 'Đảo bút toán xác định cũ'), ('settled', 'Đã thu'), ('surplus', 'Nộp thừa'), ('refunded', 'Đã hoàn'), ('banked', 'Ngân hàng báo có'), ('set_aside', 'Không phải phí, lệ phí'), ('shift_closed', 'Chốt ca thu')], max_length=12)),
                ('account', models.CharField(choices=[('receivable', 'Phải thu của người nộp'), ('gateway_clearing', 'Tiền đang ở cổng thanh toán'), ('card_clearing', 'Tiền quẹt thẻ chờ ngân hàng báo có'), ('bank', 'Tiền trong tài khoản thu'), ('to_assign', 'Chuyển khoản chờ nhận ra'), ('other', 'Khoản khác không phải phí, lệ phí'), ('cash_drawer', 'Tiền mặt tại quầy'), ('cash_handed_over', 'Tiền mặt đã bàn giao'), ('cash_difference', 'Chênh lệch kiểm đếm'), ('revenue_phi', 'Thu phí'), ('revenue_le_phi', 'Thu lệ phí'), ('subsidy', 'Thành phố hỗ trợ'), ('surplus', 'Nộp thừa chờ xử lý'), ('between_units', 'Bù trừ giữa các hồ sơ, đơn vị')], max_length=20)),
                ('amount', models.BigIntegerField()),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('dossier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='dossiers.dossier')),
                ('assessment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='payments.feeassessment')),
                ('payment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='payments.payment')),
                ('shift', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='payments.cashshift')),
                ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='payments.statementline')),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['unit', 'account', 'at'], name='ledger_unit_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('account__in', ['receivable', 'gateway_clearing', 'card_clearing', 'bank', 'to_assign', 'other', 'cash_drawer', 'cash_handed_over', 'cash_difference', 'revenue_phi', 'revenue_le_phi', 'subsidy', 'surplus', 'between_units'])), name='ledger_entry_account_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['assessed', 'reversed', 'settled', 'surplus', 'refunded', 'banked', 'set_aside', 'shift_closed'])), name='ledger_entry_kind_known'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='ledger_entry_not_zero')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='payments.receiptbook')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('phi', 'Phí'), ('le_phi', 'Lệ phí')], max_length=8)),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='payments.payment')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='dossiers.dossier')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('payer_name', models.CharField(max_length=250)),
                ('payer_address', models.CharField(blank=True, max_length=400)),
                ('lines', models.JSONField()),
                ('total', models.PositiveBigIntegerField()),
                ('total_in_words', models.CharField(max_length=300)),
                ('collected_on', models.DateField()),
                ('issued_at', models.DateTimeField()),
                ('issued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='dossiers.document')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='payments.receipt')),
            ],
            options={
                'ordering': ['book', 'number'],
                'indexes': [models.Index(fields=['unit', 'collected_on'], name='receipt_unit_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['phi', 'le_phi'])), name='receipt_kind_known'), models.UniqueConstraint(fields=('book', 'number'), name='receipt_number_once'), models.UniqueConstraint(condition=models.Q(('replaces__isnull', True)), fields=('payment', 'kind'), name='receipt_one_per_payment_and_kind', violation_error_message='Khoản nộp này đã có biên lai.'), models.CheckConstraint(condition=models.Q(('number__gt', 0), ('total__gt', 0)), name='receipt_for_something')],
            },
        ),
        migrations.CreateModel(
            name='ReceiptCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='payments.receipt')),
                ('kind', models.CharField(choices=[('notice', 'Thông báo sai sót'), ('replace', 'Biên lai thay thế'), ('cancel', 'Hủy biên lai')], max_length=8)),
                ('reason', models.CharField(max_length=300)),
                ('changes', models.JSONField(default=list)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('approved', models.BooleanField(blank=True, null=True)),
                ('replacement', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='payments.receipt')),
                ('document', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dossiers.document')),
            ],
            options={
                'ordering': ['asked_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['notice', 'replace', 'cancel'])), name='receipt_correction_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('approved__isnull', False), ('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('approved__isnull', True), ('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='receipt_correction_decided_pair'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='receipt_correction_two_persons', violation_error_message='Người đề nghị không được tự duyệt.'), models.CheckConstraint(condition=models.Q(models.Q(('approved', True), ('kind', 'replace'), ('replacement__isnull', False)), models.Q(models.Q(('approved', True), ('kind', 'replace'), _negated=True), ('replacement__isnull', True)), models.Q(('approved__isnull', True), ('replacement__isnull', True)), _connector='OR'), name='receipt_correction_replacement'), models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('receipt',), name='receipt_correction_one_open'), models.UniqueConstraint(condition=models.Q(('approved', True), ('kind__in', ['replace', 'cancel'])), fields=('receipt',), name='receipt_correction_ends_once')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalRefund',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('amount', models.PositiveBigIntegerField()),
                ('way', models.CharField(choices=[('gateway', 'Qua cổng thanh toán'), ('cash', 'Tiền mặt tại quầy'), ('transfer', 'Chuyển khoản cho người nộp'), ('apply', 'Dùng cho hồ sơ khác của người nộp')], default='gateway', max_length=10)),
                ('reason', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[('asked', 'Chờ duyệt'), ('approved', 'Đã duyệt, chờ chi'), ('sending', 'Đang hoàn qua cổng thanh toán'), ('done', 'Đã hoàn'), ('declined', 'Không duyệt'), ('person', 'Cổng thanh toán từ chối hoàn')], default='asked', max_length=10)),
                ('client_key', models.UUIDField(db_index=True, null=True)),
                ('needs_two', models.BooleanField(default=True)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('request_id', models.CharField(db_index=True, default=payments.models.refunds.request_id, max_length=32)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('code', models.CharField(blank=True, help_text="the gateway's last answer", max_length=10)),
                ('paid_reference', models.CharField(blank=True, max_length=60)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('payment', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.payment')),
                ('receipt', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.receipt')),
                ('target', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='dossiers.dossier')),
                ('asked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shift', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.cashshift')),
                ('done_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical refund',
                'verbose_name_plural': 'historical refunds',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.payment')),
                ('receipt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.receipt')),
                ('amount', models.PositiveBigIntegerField()),
                ('way', models.CharField(choices=[('gateway', 'Qua cổng thanh toán'), ('cash', 'Tiền mặt tại quầy'), ('transfer', 'Chuyển khoản cho người nộp'), ('apply', 'Dùng cho hồ sơ khác của người nộp')], default='gateway', max_length=10)),
                ('target', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dossiers.dossier')),
                ('reason', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[('asked', 'Chờ duyệt'), ('approved', 'Đã duyệt, chờ chi'), ('sending', 'Đang hoàn qua cổng thanh toán'), ('done', 'Đã hoàn'), ('declined', 'Không duyệt'), ('person', 'Cổng thanh toán từ chối hoàn')], default='asked', max_length=10)),
                ('client_key', models.UUIDField(null=True, unique=True)),
                ('needs_two', models.BooleanField(default=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('request_id', models.CharField(default=payments.models.refunds.request_id, max_length=32, unique=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('code', models.CharField(blank=True, help_text="the gateway's last answer", max_length=10)),
                ('shift', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.cashshift')),
                ('paid_reference', models.CharField(blank=True, max_length=60)),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('state', 'sending')), fields=['next_try_at'], name='refund_to_send')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'approved', 'sending', 'done', 'declined', 'person'])), name='refund_state_known'), models.CheckConstraint(condition=models.Q(('way__in', ['gateway', 'cash', 'transfer', 'apply'])), name='refund_way_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='refund_decided_pair'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('needs_two', False), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='refund_two_persons', violation_error_message='Người đề nghị không được tự duyệt hoàn tiền.'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='refund_decided_exactly_when'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at__isnull', True)), _connector='OR'), name='refund_done_exactly_when'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), models.Q(('reason', ''), _negated=True)), name='refund_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('receipt__isnull', True), ('target__isnull', False), ('way', 'apply')), models.Q(models.Q(('way', 'apply'), _negated=True), ('target__isnull', True)), _connector='OR'), name='refund_applied_to_a_dossier'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), ('way', 'gateway')), models.Q(('state', 'sending'), _negated=True), _connector='OR'), name='refund_sent_by_gateway'), models.UniqueConstraint(condition=models.Q(('paid_reference', ''), _negated=True), fields=('paid_reference',), name='refund_paid_reference_once')],
            },
        ),
        migrations.CreateModel(
            name='TaxLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('summary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.taxsummary')),
                ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tax_lines', to='payments.receipt')),
                ('correction', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tax_line', to='payments.receiptcorrection')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('correction__isnull', True)), fields=('receipt',), name='tax_line_issued_once')],
            },
        ),
        append_only("payments_feeassessment"),
        append_only("payments_ledgerentry"),
        append_only("payments_receipt"),
        append_only("payments_taxline"),
        migrations.RunSQL(BALANCED, UNBALANCED),
        migrations.RunSQL(GUARD, UNGUARD),
        write_once(
            "payments_statementline",
            ["account_id", "key", "booked_at", "amount", "currency", "reference", "text", "payer", "done_at"],
        ),
        write_once("payments_unitday", ["closed_at", "closed_by_id"]),
        write_once("payments_cashshift", ["closed_at", "day_id", "received_at"]),
        write_once("payments_receiptcorrection", ["decided_at", "approved", "replacement_id", "document_id"]),
        write_once("payments_taxsummary", ["xml", "sha256", "ended_at"]),
        migrations.RunPython(load_banks, migrations.RunPython.noop),
        migrations.RunPython(certification_keeps_half, migrations.RunPython.noop),
    ]
