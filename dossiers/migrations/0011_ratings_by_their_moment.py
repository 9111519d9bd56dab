from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0010_calendar_orders'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='rating',
            name='rating_unit_day',
        ),
        migrations.AddIndex(
            model_name='rating',
            index=models.Index(fields=['unit', 'at'], name='rating_unit_at'),
        ),
    ]
