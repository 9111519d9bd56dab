"""What happened cannot be rewritten: events only grow, the dates of a dossier are written once."""

from django.db import migrations

from portal.lib.triggers import append_only, write_once


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]

    operations = [
        append_only("dossiers_dossierevent"),
        append_only("dossiers_dossierform"),
        write_once(
            "dossiers_dossier",
            [
                "code",
                "client_key",
                "version_id",
                "channel",
                "online_level",
                "filed_at",
                "accept_by",
                "accepted_at",
                "promised_at",
                "finished_at",
                "returned_at",
                "closed_at",
            ],
        ),
        write_once("dossiers_document", ["number", "issued_at", "rendered_at", "token"]),
    ]
