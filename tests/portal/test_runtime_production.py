"""The production shape: docker-compose.yml, Dockerfile and the settings agree."""

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.runtime.messages import PROJECT

_READERS = {"text", "flag", "number", "words"}
_IMAGE_NAMES = {
    "postgres": {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"},
    "caddy": set(re.findall(r"\{\$(\w+)\}", (PROJECT / "deploy" / "Caddyfile").read_text(encoding="utf-8"))),
}


def _settings_names() -> set[str]:
    """Every environment name that portal/settings.py reads through portal/lib/env.py."""
    tree = ast.parse((PROJECT / "portal" / "settings.py").read_text(encoding="utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _READERS
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_every_part_of_the_production_shape_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"proxy", "web", "worker", "beat", "migrate", "postgres", "redis"}
    assert compose["services"]["web"]["deploy"]["replicas"] >= 2
    assert "deploy" not in compose["services"]["beat"]


def test_every_name_set_for_the_portal_is_one_the_settings_read(compose: dict[str, Any]) -> None:
    known = _settings_names()
    assert "DATABASE_URL" in known
    for name, service in compose["services"].items():
        own = _IMAGE_NAMES.get(service["image"].split(":")[0])
        for variable in service.get("environment", {}):
            if own is not None:
                assert variable in own, (name, variable)
            else:
                assert variable.removesuffix("_FILE") in known, (name, variable)


def test_what_production_needs_is_set(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat", "migrate"):
        values = compose["services"][name]["environment"]
        assert values["PORTAL_PRODUCTION"] == "1"
        assert {"PORTAL_SECRET_KEY_FILE", "DATABASE_URL_FILE", "REDIS_URL_FILE"} <= set(values)
        assert not any(key in values for key in ("PORTAL_SECRET_KEY", "DATABASE_URL", "PORTAL_DEBUG"))


def test_secrets_are_declared_used_and_made(compose: dict[str, Any]) -> None:
    declared = set(compose["secrets"])
    made = set(re.findall(r"^make (\w+)", (PROJECT / "deploy" / "make-secrets").read_text(), re.MULTILINE))
    assert declared == made
    used = {secret for service in compose["services"].values() for secret in service.get("secrets", [])}
    assert used == declared
    for service in compose["services"].values():
        for key, value in service.get("environment", {}).items():
            if key.endswith("_FILE"):
                assert Path(value).name in service["secrets"], (key, value)


def test_volumes_networks_and_dependencies_exist(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (PROJECT / source).exists(), (name, volume)
        assert set(service["networks"]) <= set(compose["networks"]), name
        for other, needs in service.get("depends_on", {}).items():
            assert other in compose["services"], (name, other)
            if needs["condition"] == "service_healthy":
                assert compose["services"][other]["healthcheck"]["test"], (name, other)


def test_only_the_proxy_is_reachable_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["back"]["internal"] is True
    for name in ("postgres", "redis"):
        assert compose["services"][name]["networks"] == ["back"]


def test_every_service_has_a_health_check(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        check = service["healthcheck"]
        assert check.get("test") or (name == "migrate" and check == {"disable": True}), name


def test_the_broker_keeps_what_it_accepted(compose: dict[str, Any]) -> None:
    command = compose["services"]["redis"]["command"][-1]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_the_commands_name_what_exists(compose: dict[str, Any], service: str) -> None:
    """The programs answer to exactly these options."""
    command = compose["services"][service].get("command") or _image_command()
    done = subprocess.run(
        [sys.executable, "-m", *[part for part in command if part not in {"python", "-m"}], "--help"],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _image_command() -> list[str]:
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    return list(ast.literal_eval(re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)[-1]))


def test_the_migration_service_runs_commands_that_exist(compose: dict[str, Any]) -> None:
    from django.core.management import get_commands

    words = shlex.split(compose["services"]["migrate"]["command"][-1])
    commands = [words[at + 1] for at, word in enumerate(words) if word == "manage.py"]
    assert commands == ["check", "migrate", "load_reference"]
    assert set(commands) <= set(get_commands())


def test_the_image_copies_what_it_needs_and_runs_as_nobody_special() -> None:
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER portal$", text, re.MULTILINE)
    assert "--require-hashes" in text
    from portal.runtime.system import PDF_PACKAGES

    assert all(package in text for package in PDF_PACKAGES)
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "var", "secrets"} <= set(ignored)


def test_secrets_are_made_once_and_fit_together(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets"
    script.write_text((PROJECT / "deploy" / "make-secrets").read_text())
    for _ in range(2):
        subprocess.run(["/bin/sh", str(script)], check=True)
    values = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert values["postgres_password"] in values["database_url"]
    assert values["redis_password"] in values["redis_url"]
    assert len(values["secret_key"]) >= 64
    assert values["redis_url"].removesuffix("0") == values["cache_url"].removesuffix("1")
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def _deploy_check(tmp_path: Path, **extra: str) -> "subprocess.CompletedProcess[str]":
    (tmp_path / "key").write_text("k3y-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "VNPAY_"))}
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser tests of the same process set it
    env |= {
        "PORTAL_PRODUCTION": "1",
        "PORTAL_SECRET_KEY_FILE": str(tmp_path / "key"),
        "PORTAL_HOSTS": "dichvucong.example.vn",
        "PORTAL_PUBLIC_URL": "https://dichvucong.example.vn",
        "PORTAL_DATA_DIR": str(tmp_path),
        **extra,
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=PROJECT, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_deployment_check_is_clean_in_production_settings(tmp_path: Path) -> None:
    done = _deploy_check(tmp_path, PORTAL_SIGNING_ALLOW_TEST_KEYS="1")
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout + done.stderr


def test_production_does_not_sign_with_test_certificates_unless_told_to(tmp_path: Path) -> None:
    done = _deploy_check(tmp_path)
    assert done.returncode == 1
    assert re.findall(r"\((\S+)\)", done.stderr)[0] == "portal.signing.E001"


def test_production_without_a_secret_key_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    done = _deploy_check(tmp_path, PORTAL_SECRET_KEY_FILE=str(tmp_path / "empty"))
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


def test_the_documentation_lists_every_variable_the_settings_read() -> None:
    text = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE))
    assert listed == _settings_names()


def test_the_readme_opens_with_the_two_commands() -> None:
    lines = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines[3:5]] == ["bin/run", "bin/test"]
    for command in ("bin/run", "bin/test", "bin/check", ".ci/run", "deploy/make-secrets"):
        assert os.access(PROJECT / command, os.X_OK), command
