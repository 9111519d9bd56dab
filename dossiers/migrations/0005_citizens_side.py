import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from portal.lib.triggers import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('dossiers', '0004_reuse'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DossierMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('citizen', 'Người nộp hồ sơ'), ('office', 'Nơi giải quyết')], max_length=7)),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
                ('client_key', models.UUIDField(unique=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='LinkedFiling',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('bundle', models.CharField(max_length=60)),
                ('created_at', models.DateTimeField()),
                ('filed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='LinkedPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('order', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('here', 'Giải quyết tại Cổng này'), ('waiting', 'Chờ chuyển sang hệ thống khác'), ('sent', 'Đã chuyển sang hệ thống khác'), ('done', 'Hệ thống khác đã giải quyết xong'), ('refused', 'Hệ thống khác không giải quyết')], max_length=8)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('reference', models.CharField(blank=True, help_text='its number in the other system', max_length=120)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['linked', 'order'],
            },
        ),
        migrations.CreateModel(
            name='MessageThread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last_at', models.DateTimeField()),
                ('citizen_unread', models.PositiveIntegerField(default=0)),
                ('office_unread', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=40)),
                ('overall', models.CharField(choices=[('very', 'Rất hài lòng'), ('yes', 'Hài lòng'), ('no', 'Không hài lòng')], max_length=4)),
                ('scores', models.JSONField(default=dict)),
                ('comment', models.TextField(blank=True)),
                ('place', models.CharField(choices=[('account', 'Trang hồ sơ'), ('slip', 'Mã QR trên giấy tiếp nhận')], max_length=7)),
                ('at', models.DateTimeField()),
                ('on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='ResultRevocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('legal_basis', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='dossierevent',
            name='dossier_event_kind_known',
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='approval',
            field=models.CharField(choices=[('not_needed', 'Không cần duyệt'), ('proposed', 'Chờ duyệt'), ('approved', 'Đã duyệt'), ('declined', 'Không duyệt')], default='not_needed', max_length=10),
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='days',
            field=models.PositiveSmallIntegerField(default=10, help_text='working days to answer'),
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='decided_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='decision_note',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='overdue_at',
            field=models.DateTimeField(blank=True, help_text='when the missed time was noted', null=True),
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='reminded_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='dossierevent',
            name='kind',
            field=models.CharField(choices=[('filed', 'Nộp hồ sơ'), ('accepted', 'Tiếp nhận'), ('refused', 'Từ chối tiếp nhận'), ('supplement_requested', 'Yêu cầu bổ sung'), ('supplement_answered', 'Đã nộp bổ sung'), ('supplement_proposed', 'Đề nghị bổ sung lần nữa'), ('supplement_declined', 'Không duyệt bổ sung lần nữa'), ('supplement_reminded', 'Nhắc nộp bổ sung'), ('supplement_overdue', 'Quá hạn nộp bổ sung'), ('message', 'Tin nhắn'), ('assigned', 'Phân công thụ lý'), ('verify_asked', 'Đề nghị xác minh'), ('verify_answered', 'Trả lời xác minh'), ('verify_expired', 'Hết hạn trả lời xác minh'), ('held', 'Tạm dừng tính thời gian để xác minh'), ('released', 'Tiếp tục tính thời gian'), ('submitted', 'Trình ký'), ('checked', 'Kiểm tra đạt'), ('sent_back', 'Trả lại để sửa'), ('signed', 'Ký duyệt'), ('issued', 'Phát hành kết quả'), ('returned', 'Trả kết quả'), ('withdrawn', 'Rút hồ sơ'), ('stopped', 'Dừng giải quyết'), ('obligation_set', 'Yêu cầu thực hiện nghĩa vụ tài chính'), ('obligation_met', 'Đã thực hiện nghĩa vụ tài chính'), ('extended', 'Xin lỗi và hẹn lại'), ('calendar_changed', 'Tính lại hạn do lịch làm việc thay đổi'), ('fee_assessed', 'Xác định phí, lệ phí'), ('paid', 'Nộp phí, lệ phí'), ('refunded', 'Hoàn phí, lệ phí'), ('result_received', 'Người nộp xác nhận đã nhận kết quả'), ('result_revoked', 'Thu hồi kết quả'), ('document_issued', 'Phát hành văn bản')], max_length=24),
        ),
        migrations.AddIndex(
            model_name='supplementrequest',
            index=models.Index(condition=models.Q(('answered_at__isnull', True), ('closed_at__isnull', True)), fields=['answer_by'], name='supplement_waiting'),
        ),
        migrations.AddConstraint(
            model_name='dossierevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['filed', 'accepted', 'refused', 'supplement_requested', 'supplement_answered', 'supplement_proposed', 'supplement_declined', 'supplement_reminded', 'supplement_overdue', 'message', 'assigned', 'verify_asked', 'verify_answered', 'verify_expired', 'held', 'released', 'submitted', 'checked', 'sent_back', 'signed', 'issued', 'returned', 'withdrawn', 'stopped', 'obligation_set', 'obligation_met', 'extended', 'calendar_changed', 'fee_assessed', 'paid', 'refunded', 'result_received', 'result_revoked', 'document_issued'])), name='dossier_event_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='supplementrequest',
            constraint=models.CheckConstraint(condition=models.Q(('approval__in', ['not_needed', 'proposed', 'approved', 'declined'])), name='supplement_approval_known'),
        ),
        migrations.AddConstraint(
            model_name='supplementrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='supplement_decided_pair'),
        ),
        migrations.AddConstraint(
            model_name='supplementrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approval__in', ['approved', 'declined']), ('decided_at__isnull', False)), models.Q(('approval__in', ['not_needed', 'proposed']), ('decided_at__isnull', True)), _connector='OR'), name='supplement_decided_exactly_when'),
        ),
        migrations.AddConstraint(
            model_name='supplementrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approval', 'declined'), _negated=True), ('closed_at__isnull', False), _connector='OR'), name='supplement_declined_is_closed'),
        ),
        migrations.AddField(
            model_name='dossiermessage',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dossiermessage',
            name='dossier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='dossiers.dossier'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='message',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='dossiers.dossiermessage'),
        ),
        migrations.AddField(
            model_name='linkedfiling',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit'),
        ),
        migrations.AddField(
            model_name='linkedfiling',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='linked_filings', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='linkedpart',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='linkedpart',
            name='dossier',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='linked_part', to='dossiers.dossier'),
        ),
        migrations.AddField(
            model_name='linkedpart',
            name='draft',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='linked_part', to='dossiers.draft'),
        ),
        migrations.AddField(
            model_name='linkedpart',
            name='linked',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='dossiers.linkedfiling'),
        ),
        migrations.AddField(
            model_name='linkedpart',
            name='sent_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='messagethread',
            name='dossier',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='thread', to='dossiers.dossier'),
        ),
        migrations.AddField(
            model_name='rating',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rating',
            name='dossier',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rating', to='dossiers.dossier'),
        ),
        migrations.AddField(
            model_name='rating',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.unit'),
        ),
        migrations.AddField(
            model_name='resultrevocation',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='resultrevocation',
            name='result',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='revocation', to='dossiers.result'),
        ),
        migrations.AddConstraint(
            model_name='dossiermessage',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['citizen', 'office'])), name='dossier_message_side_known'),
        ),
        migrations.AddIndex(
            model_name='linkedfiling',
            index=models.Index(fields=['user', '-created_at'], name='linked_filing_user'),
        ),
        migrations.AddConstraint(
            model_name='linkedfiling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('filed_at__isnull', False), ('unit__isnull', False)), models.Q(('filed_at__isnull', True), ('unit__isnull', True)), _connector='OR'), name='linked_filing_filed_where'),
        ),
        migrations.AddIndex(
            model_name='linkedpart',
            index=models.Index(condition=models.Q(('due_at__isnull', False), ('state__in', ['waiting', 'sent'])), fields=['due_at'], name='linked_part_open'),
        ),
        migrations.AddConstraint(
            model_name='linkedpart',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['here', 'waiting', 'sent', 'done', 'refused'])), name='linked_part_state_known'),
        ),
        migrations.AddConstraint(
            model_name='linkedpart',
            constraint=models.UniqueConstraint(fields=('linked', 'key'), name='linked_part_once'),
        ),
        migrations.AddConstraint(
            model_name='linkedpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('sent_by__isnull', False)), models.Q(('sent_at__isnull', True), ('sent_by__isnull', True)), _connector='OR'), name='linked_part_sent_pair'),
        ),
        migrations.AddConstraint(
            model_name='linkedpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), models.Q(('answered_at__isnull', True), ('answered_by__isnull', True)), _connector='OR'), name='linked_part_answered_pair'),
        ),
        migrations.AddConstraint(
            model_name='linkedpart',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'here'), models.Q(('dossier__isnull', True), ('draft__isnull', True)), _connector='OR'), name='linked_part_elsewhere_has_no_dossier'),
        ),
        migrations.AddIndex(
            model_name='messagethread',
            index=models.Index(condition=models.Q(('office_unread__gt', 0)), fields=['last_at'], name='message_thread_unread'),
        ),
        migrations.AddIndex(
            model_name='rating',
            index=models.Index(fields=['unit', 'on'], name='rating_unit_day'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('overall__in', ['very', 'yes', 'no'])), name='rating_overall_known'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', ['account', 'slip'])), name='rating_place_known'),
        ),
        append_only("dossiers_dossiermessage"),
        append_only("dossiers_rating"),
        append_only("dossiers_resultrevocation"),
    ]
