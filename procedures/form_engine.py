"""The engine of the e-forms: build, check, read back. The same check serves wizard, counter and supplement.

Answers are a flat dict of field name -> JSON (text, whole number, true/false, list; rows of a group are a
list of dicts); a draft keeps them as typed, `check_answers(…).cleaned` is what counts (dates ISO). A view does:

    changed = apply_row_buttons(request.POST)            # "add a row" was pressed: save and show again
    form = section_form(schema, code, data=changed or request.POST, initial=draft.answers)
    save(form.typed_answers)                              # nothing typed is lost, valid or not
    if changed is None and form.is_valid(): …             # else {% include "components/form_section.html" %}

See docs/forms.md.
"""

from procedures.forms_engine.building import Block, EForm, Row, SectionBlock, section_form, whole_form
from procedures.forms_engine.checking import Checked, check_answers
from procedures.forms_engine.conditions import holds
from procedures.forms_engine.lists import Lists
from procedures.forms_engine.posting import apply_row_buttons, form_data, typed
from procedures.forms_engine.reading import (
    ReadBackRow,
    ReadBackSection,
    party_from,
    prefill,
    read_back,
    required_documents,
    value_text,
    visible_sections,
)

__all__ = [
    "Block",
    "Checked",
    "EForm",
    "Lists",
    "ReadBackRow",
    "ReadBackSection",
    "Row",
    "SectionBlock",
    "apply_row_buttons",
    "check_answers",
    "form_data",
    "holds",
    "party_from",
    "prefill",
    "read_back",
    "required_documents",
    "section_form",
    "typed",
    "value_text",
    "visible_sections",
    "whole_form",
]
