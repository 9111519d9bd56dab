"""Write the positions of the tile map from the centroids of the loaded units."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from portal.accounts.models import Unit
from reporting import tiles


class Command(BaseCommand):
    """Needed only when a unit is added, divided or joined."""

    help = "Lay the wards and communes on a grid of squares and write reporting/data/tile_grid.json."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        units = Unit.objects.communes().filter(valid_to=None, latitude__isnull=False).order_by("code")
        places = {unit.code: (float(unit.longitude or 0), float(unit.latitude or 0)) for unit in units}
        cells = tiles.lay(places, columns=13, rows=13)
        text = json.dumps({"cells": {code: list(cell) for code, cell in sorted(cells.items())}}, indent=None)
        tiles.FILE.write_text(text.replace("], ", "],\n  ") + "\n", "utf-8")
        self.stdout.write(f"{len(cells)} tiles")
