"""The e-form engine: what `procedures.form_engine` offers is built here, one concern a module."""
