"""Public pages: home, the catalogue, the units."""
