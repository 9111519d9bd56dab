"""Readers for the environment: what they accept and how they refuse."""

from pathlib import Path

import pytest

from portal.lib import env


def test_a_file_beside_the_name_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" bí mật\n", encoding="utf-8")
    monkeypatch.setenv("PORTAL_TEST_VALUE", "plain")
    assert env.text("PORTAL_TEST_VALUE") == "plain"
    monkeypatch.setenv("PORTAL_TEST_VALUE_FILE", str(tmp_path / "secret"))
    assert env.text("PORTAL_TEST_VALUE") == "bí mật"


@pytest.mark.parametrize(
    ("written", "read"), [("1", True), ("YES", True), ("on", True), ("0", False), ("no", False), ("", False)]
)
def test_flags(monkeypatch: pytest.MonkeyPatch, written: str, read: bool) -> None:
    monkeypatch.setenv("PORTAL_TEST_VALUE", written)
    assert env.flag("PORTAL_TEST_VALUE") is read


def test_a_flag_that_is_neither_yes_nor_no_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_TEST_VALUE", "ja")
    with pytest.raises(ValueError, match=r"PORTAL_TEST_VALUE must be a yes/no value, got 'ja'"):
        env.flag("PORTAL_TEST_VALUE")


def test_a_number_that_is_none_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.number("PORTAL_TEST_VALUE", 3) == 3
    monkeypatch.setenv("PORTAL_TEST_VALUE", "12")
    assert env.number("PORTAL_TEST_VALUE", 3) == 12
    monkeypatch.setenv("PORTAL_TEST_VALUE", "ten")
    with pytest.raises(ValueError, match="PORTAL_TEST_VALUE must be a whole number"):
        env.number("PORTAL_TEST_VALUE", 3)


def test_words_drop_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_TEST_VALUE", "a, ,b,")
    assert env.words("PORTAL_TEST_VALUE") == ["a", "b"]


@pytest.mark.parametrize(
    ("url", "host", "port", "name", "password"),
    [
        ("postgresql://u:p%40ss@db:5433/portal", "db", "5433", "portal", "p@ss"),
        ("postgresql://u:p@/x?host=/var/run/pg", "/var/run/pg", "", "x", "p"),
        ("postgres://db", "db", "", "portal", ""),
    ],
)
def test_database_addresses(url: str, host: str, port: str, name: str, password: str) -> None:
    read = env.database(url)
    assert (read["HOST"], read["PORT"], read["NAME"], read["PASSWORD"]) == (host, port, name, password)


def test_another_database_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="must start with postgresql://"):
        env.database("sqlite:///portal.db")


@pytest.mark.parametrize(
    ("url", "celery"),
    [
        ("redis://:pw@redis:6379/0", "redis://:pw@redis:6379/0"),
        ("unix:///run/valkey.sock?db=4", "redis+socket:///run/valkey.sock?virtual_host=4"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
    ],
)
def test_broker_addresses(url: str, celery: str) -> None:
    assert env.celery_broker(url) == celery
