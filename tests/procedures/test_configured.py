"""The configured procedures: their files, their examples, and how they enter the database."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from portal.accounts.models import User
from procedures.fees import assess, rules_for
from procedures.form_engine import check_answers, prefill, read_back, required_documents
from procedures.form_schema import load as load_form
from procedures.importing import configured, configured_file, examples
from procedures.importing.configured_file import ConfiguredFile, read, read_all
from procedures.importing.files import BadData
from procedures.models import (
    DataStamp,
    FeeRule,
    OnlineLevel,
    Procedure,
    ProcedureVersion,
    RequiredDocument,
    VersionState,
)
from tests.cast import Cast

FILES = {file.code: file for file in read_all()}
FIRST = ["1.000894", "1.001193", "1.001612", "2.000635", "2.000815"]
CODES = list(FILES)


def version_of(code: str) -> ProcedureVersion:
    return ProcedureVersion.objects.get(procedure__code=code, state=VersionState.PUBLISHED, valid_to=None)


def test_the_files_are_there() -> None:
    assert set(FIRST) < set(FILES)
    assert len(FILES) >= 30


def test_examples_come_out_as_written() -> None:
    communes = examples.lists()
    assert [fault for file in FILES.values() for fault in examples.run(file, communes)] == []


def test_each_file_has_a_good_and_a_bad_example() -> None:
    outcomes = {code: {bool(each.expect.errors) for each in file.examples} for code, file in FILES.items()}
    assert outcomes == {code: {True, False} for code in CODES}


def test_every_field_is_asked_in_some_example() -> None:
    communes = examples.lists()
    assert {code: found for code, file in FILES.items() if (found := never_asked(file, communes))} == {}


def never_asked(file: ConfiguredFile, communes: Any) -> set[str]:
    """Questions no example of the file comes to."""
    asked: set[str] = set()
    for example in file.examples:
        visible = check_answers(file.form, example.answers, today=example.on, lists=communes).visible
        asked |= {name for names in visible.values() for name in names}
    questions = {name for name, spec in file.form.by_name.items() if spec.type not in {"info", "computed"}}
    return questions - asked - NOT_IN_EXAMPLES


NOT_IN_EXAMPLES = {"witness_name", "recognition_number", "tax_address", "female_previous"}


def test_a_wrong_expectation_is_found() -> None:
    file = FILES["2.000635"]
    first = file.examples[0]
    wrong = first.model_copy(
        update={"expect": first.expect.model_copy(update={"payable": 1, "errors": ["copies"]})}
    )
    said = list(examples.run(file.model_copy(update={"examples": [wrong]}), examples.lists()))
    assert len(said) == 2
    assert "payable: expected 1, found 16000" in said[1]


@pytest.mark.parametrize("code", CODES)
def test_words_are_in_both_languages(code: str) -> None:
    """English words are not the Vietnamese ones left in place, in options, rows of groups and messages too."""
    marked = set("ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ")
    for text in english_of(FILES[code].form.model_dump(mode="json")):
        plain = text.lower()
        for kept in ("hộ kinh doanh", "công ty", "doanh nghiệp", "phở thìn bờ hồ"):
            plain = plain.replace(kept, "")
        assert not marked & set(plain), text


def english_of(value: Any) -> Iterator[str]:
    """Every English text of a form, however deep."""
    if isinstance(value, list):
        for part in value:
            yield from english_of(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key == "en" and isinstance(part, str):
                yield part
            else:
                yield from english_of(part)


# --- Faults in a file ------------------------------------------------------------------------------------------


def broken(tmp_path: Path, code: str, change: Any) -> str:
    raw = json.loads((configured_file.FOLDER / f"{code}.json").read_text(encoding="utf-8"))
    change(raw)
    path = tmp_path / f"{code}.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(BadData) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw["steps"][1].update(minutes=1000), "steps: they take"),
        (lambda raw: raw["steps"].pop(), "must go from receive to return"),
        (lambda raw: raw["fees"][0].update(copies_field="nothing"), "'nothing' is no integer field"),
        (lambda raw: raw["fees"][0].update(subsidy_percent=101), "subsidy_percent"),
        (lambda raw: raw["fees"][0]["tiers"][0].update(upto=5), "has no end"),
        (
            lambda raw: raw["papers"][0].update(condition={"eq": ["nothing", 1]}),
            "'nothing', which is no earlier field",
        ),
        (lambda raw: raw["papers"][0].update(code="giay-to-tuy-than"), "two have the same code"),
        (lambda raw: raw["papers"][0].update(originals=0), "neither originals nor copies"),
        (lambda raw: raw["results"][0]["layout"]["rows"][0].update(field="nothing"), "'nothing' is no field"),
        (lambda raw: raw["results"][0]["layout"]["rows"][0].update(text="x"), "either a field or a text"),
        (
            lambda raw: raw["form"]["sections"][0]["fields"][0].update(kind="x"),
            "form: sections.0.fields.0.kind",
        ),
        (lambda raw: raw["times"][0].update(case="unknown"), "unknown case 'unknown'"),
        (lambda raw: raw["times"][0].update(confirmed=False, note="x"), "city_time belongs"),
        (lambda raw: raw.update(missing=["city_time"]), "city_time belongs"),
        (
            lambda raw: (raw["times"][0].update(confirmed=False, note=""), raw.update(missing=["city_time"])),
            "say in the note whose time it is",
        ),
        (lambda raw: raw["examples"][0]["expect"]["papers"].append("unknown"), "unknown paper 'unknown'"),
        (lambda raw: raw.update(code="9.999999"), "holds 9.999999"),
        (lambda raw: raw.update(colour="red"), "colour"),
    ],
)
def test_a_faulty_file_is_refused_by_name(tmp_path: Path, change: Any, said: str) -> None:
    message = broken(tmp_path, "2.000635", change)
    assert message.startswith("2.000635.json: ")
    assert said in message


def test_text_that_is_no_json_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "2.000635.json"
    path.write_text('{\n"code": x}', encoding="utf-8")
    with pytest.raises(BadData, match=r"2\.000635\.json:2"):
        read(path)


@pytest.mark.django_db
def test_check_forms_passes_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    call_command("check_forms")
    assert f"{len(FILES)} files" in capsys.readouterr().out
    ProcedureVersion.objects.filter(pk=version_of("2.000815").pk).update(form={"sections": []})
    with pytest.raises(CommandError, match=r"2\.000815 v1"):
        call_command("check_forms")
    folder = tmp_path / "configured"
    shutil.copytree(configured_file.FOLDER, folder)
    (folder / "1.001193.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(configured_file, "FOLDER", folder)
    with pytest.raises(CommandError, match=r"1\.001193\.json"):
        call_command("check_forms", "--files-only")


# --- In the database -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_file_is_configured_and_the_first_have_their_level() -> None:
    found = {p.code: p.missing for p in Procedure.objects.filter(configured=True, setup="full")}
    assert found == {code: FILES[code].missing for code in CODES}
    levels = {code: version_of(code).online_level for code in FIRST}
    assert levels == {
        "1.000894": OnlineLevel.PARTIAL,
        "1.001193": OnlineLevel.FULL,
        "1.001612": OnlineLevel.FULL,
        "2.000635": OnlineLevel.FULL,
        "2.000815": OnlineLevel.COUNTER,
    }


@pytest.mark.django_db
def test_step_times_fit_the_legal_time() -> None:
    """By the same measure as the lint: five of seven calendar days are worked."""
    for version in open_versions():
        steps, limits = list(version.processsteps.all()), list(version.timelimits.all())
        for case in {None, *(case.pk for case in version.cases.all())}:
            taken = sum(s.minutes for s in steps if s.case_id in {None, case} and not s.parallel)
            assert taken or (case is None and version.cases.all())
            own = [limit for limit in limits if limit.case_id == case] or limits
            assert all(taken <= (limit.legal_minutes or 0) for limit in own), version


@pytest.mark.django_db
def test_a_row_of_a_result_has_either_a_field_or_a_text() -> None:
    for version in open_versions():
        rows = [row for kind in version.resultkinds.all() for row in kind.layout["rows"]]
        assert rows
        assert all(("field" in row) != ("text" in row) for row in rows), version


def open_versions() -> list[ProcedureVersion]:
    """The versions in force of the configured procedures, with their parts."""
    found = ProcedureVersion.objects.filter(
        procedure__setup="full", state=VersionState.PUBLISHED, valid_to=None
    ).prefetch_related(
        "cases", "timelimits", "processsteps", "resultkinds", "requireddocuments", "feerules", "procedure"
    )
    assert len(found) == len(FILES)
    return list(found)


@pytest.mark.django_db
def test_a_time_to_be_confirmed_is_stored_and_says_whose_it_is() -> None:
    stored = {
        version.procedure.code: [limit.confirmed for limit in version.timelimits.all()]
        for version in open_versions()
    }
    assert stored == {code: [time.confirmed for time in file.times] for code, file in FILES.items()}


@pytest.mark.django_db
def test_loading_again_changes_nothing(django_assert_max_num_queries: Any) -> None:
    before = list(RequiredDocument.objects.values_list("pk", flat=True).order_by("pk"))
    with django_assert_max_num_queries(8):
        assert configured.load() == 0
    assert list(RequiredDocument.objects.values_list("pk", flat=True).order_by("pk")) == before


@pytest.mark.django_db
def test_an_unused_version_is_rewritten_in_place() -> None:
    version = version_of("2.000635")
    DataStamp.objects.filter(name="configured 2.000635").delete()
    assert configured.load() == 1
    again = version_of("2.000635")
    assert (again.pk, again.number) == (version.pk, version.number)
    assert FeeRule.objects.filter(version=again).count() == 2


@pytest.mark.django_db
def test_a_version_in_use_is_followed_by_a_new_one(cast: Cast) -> None:
    from dossiers.models import Draft

    old = version_of("2.000635")
    papers = RequiredDocument.objects.filter(version=old).count()
    Draft.objects.create(user=cast.citizen, version=old)
    DataStamp.objects.filter(name="configured 2.000635").delete()
    assert configured.load() == 1
    new = version_of("2.000635")
    old.refresh_from_db()
    assert (new.number, old.valid_to) == (old.number + 1, new.valid_from)
    assert new.legal_basis == old.legal_basis
    assert RequiredDocument.objects.filter(version=old).count() == papers
    assert RequiredDocument.objects.filter(version=new).count() == papers


@pytest.mark.django_db
def test_a_procedure_the_catalogue_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = FILES["2.000635"].model_copy(update={"code": "9.999999"})
    monkeypatch.setattr(configured, "read_all", lambda: [stranger])
    with pytest.raises(BadData, match=r"no procedure 9\.999999"):
        configured.load()


@pytest.mark.django_db
def test_stored_rules_and_papers_agree_with_the_examples() -> None:
    communes = examples.lists()
    for version in open_versions():
        schema = load_form(version)
        assert schema is not None
        cases = {case.code: case for case in version.cases.all()}
        for example in FILES[version.procedure.code].examples:
            cleaned = check_answers(schema, example.answers, today=example.on, lists=communes).cleaned
            case = cases.get(example.case)
            rules = rules_for(version, case, example.on)
            cost = assess(
                rules,
                channel=example.channel,
                answers=cleaned,
                exemption=example.exemption,
                on=example.on,
            )
            assert cost.payable == example.expect.payable, version
            papers = [paper.code for paper in required_documents(version, case, cleaned)]
            assert sorted(papers) == sorted(example.expect.papers), version


@pytest.mark.django_db
def test_birth_answers_read_back_in_both_languages() -> None:
    file: ConfiguredFile = FILES["1.001193"]
    answers = file.examples[0].answers
    sections = read_back(file.form, answers, today=file.examples[0].on)
    assert [section.code for section in sections] == [
        "declarant",
        "child",
        "evidence",
        "mother",
        "father",
        "request",
    ]
    values = {row.field: row.value for section in sections for row in section.rows}
    assert (values["child_gender"], values["mother_ethnicity"], values["child_dob"]) == (
        "Nam",
        "Kinh",
        "20/10/2026",
    )
    with translation.override("en"):
        english = read_back(file.form, answers, today=file.examples[0].on)
    assert {row.field: row.value for section in english for row in section.rows}["child_gender"] == "Male"


@pytest.mark.django_db
def test_marriage_fills_in_the_side_of_the_account(cast: Cast) -> None:
    schema = FILES["1.000894"].form
    answers = prefill(schema, cast.citizen)
    assert answers["female_name"] == cast.citizen.full_name
    assert "male_name" not in answers
    user: User = cast.other_citizen
    assert prefill(schema, user)["male_id"] == user.id_number
