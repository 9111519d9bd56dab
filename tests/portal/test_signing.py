"""Signatures: they validate, one flipped byte breaks them, and test keys stay out of production."""

from __future__ import annotations

import asyncio
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from portal.signing import Signer, SigningError, adapter, officer_signer, unit_signer
from portal.signing.keys import COMMON_NAME_BYTES, KeyFolder, common_name
from portal.signing.local import LocalAdapter
from tests.portal.hostile import plain_pdf

UNIT = unit_signer("00004", "Phường Ba Đình")
LEADER = officer_signer("badinh.lanhdao", "Hoàng Lãnh Đạo", "Chủ tịch", "Phường Ba Đình")


@pytest.fixture
def local(tmp_path: Path) -> LocalAdapter:
    return LocalAdapter(tmp_path / "keys")


def sign(local: LocalAdapter, data: bytes, signer: Signer = UNIT) -> bytes:
    return local.sign_pdf(data, signer, reason="Giấy tiếp nhận", location="Hà Nội")


def test_a_signature_validates(local: LocalAdapter) -> None:
    (seal,) = local.seals(sign(local, plain_pdf()))

    assert seal.name == "[THỬ NGHIỆM] Phường Ba Đình" == local.name_of(UNIT)
    assert seal.intact
    assert seal.trusted
    assert seal.covers_all


def test_the_second_signature_keeps_the_first(local: LocalAdapter) -> None:
    first = sign(local, plain_pdf(), LEADER)
    both = sign(local, first)

    assert both.startswith(first)
    leader, unit = local.seals(both)
    assert [leader.name, unit.name] == [local.name_of(LEADER), local.name_of(UNIT)]
    assert leader.intact
    assert unit.intact
    assert not leader.covers_all
    assert unit.covers_all


def test_one_flipped_byte_is_found_wherever_it_is(local: LocalAdapter) -> None:
    data = sign(local, plain_pdf())
    start = data.rindex(b"/Contents <")
    end = data.index(b">", start)
    places = [*range(0, start, start // 60), *range(end + 1, len(data), (len(data) - end) // 20)]
    for at in places:
        changed = bytearray(data)
        changed[at] ^= 0x01
        assert not any(seal.intact and seal.covers_all for seal in local.seals(bytes(changed))), at


def test_a_signature_of_another_authority_is_not_trusted(local: LocalAdapter, tmp_path: Path) -> None:
    stranger = LocalAdapter(tmp_path / "other")

    (seal,) = local.seals(sign(stranger, plain_pdf()))

    assert not seal.trusted
    assert not seal.intact


def test_signing_works_where_an_event_loop_runs(local: LocalAdapter) -> None:
    async def inside() -> bool:
        return local.seals(sign(local, plain_pdf()))[0].intact

    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(inside())))
    thread.start()  # the browser tests keep a loop running in the main one
    thread.join()
    assert found == [True]


def test_an_unsigned_or_broken_file_has_no_seal(local: LocalAdapter) -> None:
    assert local.seals(plain_pdf()) == []
    assert local.seals(b"not a pdf") == []


def test_keys_are_private_and_made_once(tmp_path: Path) -> None:
    found: list[bytes] = []

    def ask() -> None:
        found.append(KeyFolder(tmp_path).pair_of(UNIT).certificate.fingerprint(_sha256()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1
    folder = tmp_path / "test-signing"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.pem")} == {0o600}
    assert len(list(folder.glob("*.pem"))) == 2  # the authority and the unit


def _sha256() -> Any:
    from cryptography.hazmat.primitives.hashes import SHA256

    return SHA256()


@pytest.mark.parametrize(
    "name", ["Phường Ba Đình", "Trung tâm Phục vụ hành chính công thành phố Hà Nội " * 2]
)
def test_every_certificate_says_it_is_a_test(name: str) -> None:
    short = common_name(unit_signer("x", name))

    assert short.startswith("[THỬ NGHIỆM] ")
    assert len(short.encode()) <= COMMON_NAME_BYTES


def test_production_refuses_test_keys(local: LocalAdapter, settings: Any) -> None:
    settings.PRODUCTION = True
    assert "portal.signing.E001" in {message.id for message in run_checks(tags=["security"])}
    with pytest.raises(SigningError):
        sign(local, plain_pdf())

    settings.SIGNING_ALLOW_TEST_KEYS = True
    assert "portal.signing.E001" not in {message.id for message in run_checks(tags=["security"])}
    assert sign(local, plain_pdf())


def test_the_adapter_is_chosen_by_the_settings(settings: Any) -> None:
    assert adapter() is adapter()
    settings.SIGNING_ADAPTER = "unknown"
    with pytest.raises(KeyError):
        adapter()
