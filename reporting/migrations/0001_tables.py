"""All tables as they stood on 26 November 2026, with what the database itself refuses."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import reporting.models.targets
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from portal.lib.triggers import append_only


class Migration(migrations.Migration):

    replaces = [('reporting', '0001_initial'), ('reporting', '0002_more_facts'), ('reporting', '0003_seals'), ('reporting', '0004_targets_by_two')]

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='DayCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('filed', models.BigIntegerField(default=0)),
                ('filed_online', models.BigIntegerField(default=0)),
                ('received', models.BigIntegerField(default=0)),
                ('received_counter', models.BigIntegerField(default=0)),
                ('received_post', models.BigIntegerField(default=0)),
                ('received_online', models.BigIntegerField(default=0)),
                ('received_unassisted', models.BigIntegerField(default=0)),
                ('received_assisted', models.BigIntegerField(default=0)),
                ('received_full', models.BigIntegerField(default=0)),
                ('received_offered', models.BigIntegerField(default=0)),
                ('received_offered_online', models.BigIntegerField(default=0)),
                ('intake_watched', models.BigIntegerField(default=0)),
                ('intake_in_time', models.BigIntegerField(default=0)),
                ('received_online_result', models.BigIntegerField(default=0)),
                ('received_practice', models.BigIntegerField(default=0)),
                ('received_agent', models.BigIntegerField(default=0)),
                ('received_certified', models.BigIntegerField(default=0)),
                ('fee_due', models.BigIntegerField(default=0)),
                ('fee_lifted', models.BigIntegerField(default=0)),
                ('fee_paid_online', models.BigIntegerField(default=0)),
                ('refused', models.BigIntegerField(default=0)),
                ('withdrawn', models.BigIntegerField(default=0)),
                ('stopped', models.BigIntegerField(default=0)),
                ('finished', models.BigIntegerField(default=0)),
                ('finished_early', models.BigIntegerField(default=0)),
                ('finished_on_time', models.BigIntegerField(default=0)),
                ('finished_on_time_766', models.BigIntegerField(default=0)),
                ('finished_e_result', models.BigIntegerField(default=0)),
                ('finished_all_online', models.BigIntegerField(default=0)),
                ('handling_seconds', models.BigIntegerField(default=0)),
                ('finished_asked', models.BigIntegerField(default=0)),
                ('finished_asked_twice', models.BigIntegerField(default=0)),
                ('finished_digitised', models.BigIntegerField(default=0)),
                ('finished_reused', models.BigIntegerField(default=0)),
                ('paid', models.BigIntegerField(default=0)),
                ('paid_online', models.BigIntegerField(default=0)),
                ('paid_amount', models.BigIntegerField(default=0)),
                ('paid_amount_online', models.BigIntegerField(default=0)),
                ('filled_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['unit', 'day'], name='day_count_unit')],
                'constraints': [models.UniqueConstraint(fields=('day', 'unit'), name='day_count_once')],
            },
        ),
        migrations.CreateModel(
            name='DirtyDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.unit')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['day'], name='dirty_day')],
            },
        ),
        migrations.CreateModel(
            name='FillState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contract', models.CharField(blank=True, max_length=64)),
                ('filled_at', models.DateTimeField(null=True)),
                ('rebuilt_at', models.DateTimeField(null=True)),
                ('compared_at', models.DateTimeField(null=True)),
                ('compared_rows', models.PositiveBigIntegerField(default=0)),
                ('difference_count', models.PositiveBigIntegerField(default=0)),
                ('differences', models.JSONField(default=list)),
                ('seals_checked_at', models.DateTimeField(null=True)),
                ('seal_fault_count', models.PositiveBigIntegerField(default=0)),
                ('seal_faults', models.JSONField(default=list)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='fill_state_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='its first day', unique=True)),
                ('contract', models.CharField(help_text='fingerprint of the definitions counted with', max_length=64)),
                ('codes', models.JSONField()),
                ('rows', models.PositiveIntegerField()),
                ('days', models.JSONField()),
                ('adjustments', models.JSONField()),
                ('previous', models.CharField(blank=True, max_length=64)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ['month'],
                'constraints': [models.CheckConstraint(condition=models.Q(('month__day', 1)), name='seal_first_day'), models.UniqueConstraint(fields=('previous',), name='seal_one_follower')],
            },
        ),
        migrations.CreateModel(
            name='SealedCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('counts', models.JSONField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'unit'), name='sealed_count_once')],
            },
        ),
        migrations.CreateModel(
            name='Adjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('fact', models.CharField(max_length=40)),
                ('change', models.BigIntegerField()),
                ('cause', models.CharField(choices=[('event', 'Sự việc phát sinh sau khi chốt'), ('comparison', 'Đối chiếu hằng đêm'), ('rebuild', 'Tính lại toàn bộ')], max_length=12)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['day', 'unit'], name='adjustment_day_unit')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cause__in', ['event', 'comparison', 'rebuild'])), name='adjustment_cause_known'), models.CheckConstraint(condition=models.Q(('change', 0), _negated=True), name='adjustment_not_zero')],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=80, unique=True)),
                ('measure', models.CharField(max_length=40)),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit')),
                ('unit_kind', models.CharField(blank=True, choices=[('city', 'Thành phố'), ('centre', 'Trung tâm Phục vụ hành chính công thành phố'), ('branch', 'Chi nhánh Trung tâm'), ('department', 'Sở, ban, ngành'), ('commune', 'Xã, phường')], max_length=12)),
                ('operator', models.CharField(choices=[('ge', 'từ'), ('le', 'không quá')], default='ge', max_length=2)),
                ('value', models.DecimalField(decimal_places=4, max_digits=8)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('reach_by', models.DateField(blank=True, help_text='the day by which it was to be reached', null=True)),
                ('document', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[('proposed', 'Chờ người thứ hai xác nhận'), ('confirmed', 'Đã xác nhận'), ('rejected', 'Không được xác nhận')], default='confirmed', max_length=10)),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['measure', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('operator__in', ['ge', 'le'])), name='target_operator_known'), models.CheckConstraint(condition=models.Q(('unit_kind__in', ['city', 'centre', 'branch', 'department', 'commune', ''])), name='target_unit_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'confirmed', 'rejected'])), name='target_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('proposed_at__isnull', False), ('proposed_by__isnull', False)), models.Q(('proposed_at__isnull', True), ('proposed_by__isnull', True)), _connector='OR'), name='target_proposed_pair'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='target_decided_pair'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='target_two_persons', violation_error_message='Người đề xuất không tự xác nhận mục tiêu của mình.'), models.CheckConstraint(condition=models.Q(('proposed_by__isnull', True), models.Q(('decided_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='target_decided_exactly_when'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'confirmed')), expressions=[('measure', '='), (django.db.models.functions.comparison.Coalesce('unit_id', 0), '='), ('unit_kind', '='), (reporting.models.targets.DaySpan('valid_from', 'valid_to'), '&&')], name='target_no_overlap', violation_error_message='Đã có mục tiêu khác cho những ngày này.'), models.CheckConstraint(condition=models.Q(('unit__isnull', True), ('unit_kind', ''), _connector='OR'), name='target_one_addressee'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='target_valid_in_order')],
            },
        ),
        append_only("reporting_seal"),
        append_only("reporting_sealedcount"),
        append_only("reporting_adjustment"),
    ]
