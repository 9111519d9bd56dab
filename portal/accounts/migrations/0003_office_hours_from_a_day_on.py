"""Office hours become periods: what stands in a row today is the hours that always held."""

from typing import Any

from django.db import migrations


def to_periods(apps: Any, _schema_editor: Any) -> None:
    for name in ("Unit", "HistoricalUnit"):
        model = apps.get_model("accounts", name)
        for row in model.objects.only("office_hours").iterator():
            if row.office_hours and isinstance(row.office_hours[0], list):
                row.office_hours = [{"first": None, "known": None, "hours": row.office_hours}]
                row.save(update_fields=["office_hours"])


def to_hours(apps: Any, _schema_editor: Any) -> None:
    for name in ("Unit", "HistoricalUnit"):
        model = apps.get_model("accounts", name)
        for row in model.objects.only("office_hours").iterator():
            row.office_hours = row.office_hours[0]["hours"]
            row.save(update_fields=["office_hours"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_catalogue_publishers")]

    operations = [migrations.RunPython(to_periods, to_hours)]
