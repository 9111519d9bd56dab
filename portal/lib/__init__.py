"""Small pieces every app may use; they know nothing of procedures or dossiers."""
