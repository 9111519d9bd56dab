"""Invariant I4, and the sweep that keeps it."""

from __future__ import annotations

import os

import pytest

from dossiers.invariants_files import check_files, sweep_files
from dossiers.models import Document
from dossiers.tasks import sweep_files as sweep_task
from portal.lib import files
from tests.cast import Cast
from tests.factories import dossiers as make

pytestmark = pytest.mark.django_db


def make_old(sha256: str) -> None:
    os.utime(files.path_of(sha256), (0, 0))


def test_i4_holds_after_the_whole_way(cast: Cast) -> None:
    make.finished(cast, make.HOUSEHOLD)
    report = check_files()

    assert report.holds
    assert report.rows == report.files > 1
    assert report.quarantined == 0


def test_i4_finds_a_missing_and_a_changed_file(cast: Cast) -> None:
    dossier = make.finished(cast)
    lost, changed = dossier.documents.order_by("pk")[:2]
    files.path_of(lost.sha256).unlink()
    files.path_of(changed.sha256).write_bytes(b"x")

    faults = check_files().faults

    assert any(f"document {lost.pk}" in fault for fault in faults)
    assert any(f"document {changed.pk}" in fault for fault in faults)


def test_i4_finds_a_wrong_size(cast: Cast) -> None:
    document = make.finished(cast).documents.first()
    assert document is not None
    Document.objects.filter(pk=document.pk).update(size=document.size + 1)

    assert check_files().faults == [f"document {document.pk}: size differs from its file"]


def test_a_file_without_a_row_is_a_fault_after_a_day(cast: Cast) -> None:
    orphan = files.put(b"nobody names me").sha256
    assert check_files().holds
    assert check_files().quarantined == 1

    make_old(orphan)
    assert check_files().faults == [f"file {orphan}: no row names it"]

    assert sweep_files().removed == 1
    assert check_files().holds


def test_the_sweep_keeps_what_rows_name(cast: Cast) -> None:
    make.finished(cast)
    before = set(files.all_hashes())
    for sha256 in before:
        make_old(sha256)

    assert sweep_files().removed == 0
    assert set(files.all_hashes()) == before


def test_the_nightly_task_sweeps(cast: Cast) -> None:
    make_old(files.put(b"nobody names me").sha256)

    assert sweep_task() == 1
