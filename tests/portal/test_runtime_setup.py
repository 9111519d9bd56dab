"""The set-up before anything is installed, the translations, and the words for a missing package."""

import os
import re
import subprocess
import time
from pathlib import Path

import polib
import pytest

from portal.runtime import bootstrap, system, testing
from portal.runtime.errors import CannotStartError
from portal.runtime.messages import PROJECT, compile_messages
from portal.runtime.translations import Text, in_python, in_template, missing


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9_.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_test_lock_holds_the_run_lock_exactly() -> None:
    run, test = _pins(bootstrap.RUN_LOCK), _pins(bootstrap.TEST_LOCK)
    assert len(run) > 50
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize("lock", [bootstrap.RUN_LOCK, bootstrap.TEST_LOCK], ids=lambda lock: lock.name)
def test_locks_have_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"\n(?=\S)", text)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_the_first_step_runs_on_a_bare_python() -> None:
    """No import outside the standard library: it runs before anything is installed."""
    code = f"import runpy; runpy.run_path({str(PROJECT / 'portal/runtime/bootstrap.py')!r}, run_name='bare')"
    done = subprocess.run(
        [os.environ.get("PORTAL_PYTHON", "python3"), "-S", "-E", "-c", code],
        cwd="/",
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def test_run_after_test_keeps_the_test_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    assert bootstrap.wanted(bootstrap.RUN_LOCK) == bootstrap.RUN_LOCK
    bootstrap.stamp(bootstrap.TEST_LOCK).write_text("an older lock")
    assert bootstrap.wanted(bootstrap.RUN_LOCK) == bootstrap.TEST_LOCK


@pytest.mark.parametrize("command", ["run", "test", "check"])
def test_without_python_the_sentence_names_the_packages(command: str, tmp_path: Path) -> None:
    for tool in ("dirname", "sh"):
        (tmp_path / tool).symlink_to(
            next(p for p in (Path("/usr/bin") / tool, Path("/bin") / tool) if p.exists())
        )
    done = subprocess.run(
        ["/bin/sh", str(PROJECT / "bin" / command)], env={"PATH": str(tmp_path)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "install the packages python3 and python3-venv" in done.stderr


def test_missing_libraries_without_apt_name_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "missing_pdf_libraries", lambda: ["libpango-1.0.so.0"])
    with pytest.raises(CannotStartError, match=r"apt-get install -y .*libpango-1\.0-0 libpangoft2-1\.0-0"):
        system.ensure_pdf(apt=False, say=lambda _: None)


def test_a_named_browser_that_is_none_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_CHROMIUM", "/nowhere/chromium")
    assert system.find_chromium() is None


def test_ci_does_not_accept_a_missing_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PORTAL_REQUIRE_BROWSER", raising=False)
    assert not testing.browser_required()
    monkeypatch.setenv("CI", "true")
    assert testing.browser_required()


@pytest.mark.parametrize("arguments", [["-n", "3"], ["-n0"], ["--pdb"], ["--numprocesses=2"], ["--co"]])
def test_a_persons_choice_of_workers_stays(arguments: list[str]) -> None:
    assert testing.parallel(arguments) == []


def test_messages_are_compiled_when_their_source_changed(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "portal" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Nộp hồ sơ", msgstr="File an application"))
    catalogue.save(str(source))
    target = folder / "django.mo"
    assert compile_messages(tmp_path) == [target]
    assert [(entry.msgid, entry.msgstr) for entry in polib.mofile(str(target))] == [
        ("Nộp hồ sơ", "File an application")
    ]
    assert compile_messages(tmp_path) == []
    os.utime(source, (time.time() + 5, time.time() + 5))
    assert compile_messages(tmp_path) == [target]
    assert [entry.name for entry in folder.iterdir() if entry.name.startswith(".")] == []


def test_marked_texts_are_found_in_code_and_templates() -> None:
    code = (
        'a = _("Một")\nb = ngettext("%(n)s ngày", "%(n)s ngày", n)\nc = pgettext("tháng", "Hai")\nd = _(name)'
    )
    assert in_python(code) == {Text("", "Một"), Text("", "%(n)s ngày"), Text("tháng", "Hai")}
    page = (
        '{% translate "Nộp" %} {% translate "Hai" context "tháng" %}'
        "{% blocktranslate trimmed with n=x %}\n Còn {{ n }}\n ngày {% endblocktranslate %}"
        "<!-- it's -->{% blocktranslate count n=n %}{{ n }} tờ{% plural %}{{ n }} tờ{% endblocktranslate %}"
    )
    assert in_template(page) == {
        Text("", "Nộp"), Text("tháng", "Hai"), Text("", "Còn %(n)s ngày"), Text("", "%(n)s tờ"),
    }  # fmt: skip


def test_a_text_without_english_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text('{% translate "Chưa dịch" %}', encoding="utf-8")
    assert missing(tmp_path) == {Text("", "Chưa dịch"): "templates/page.html"}
