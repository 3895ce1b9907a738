"""What is in deploy/ holds together: the container, the compose file, the service, and the wheel that they install."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import SECRETS, Settings, file_settings, read_settings
from tests.conftest import KEY

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def instructions(word: str) -> list[str]:
    """The arguments of each instruction of the container recipe."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.split(maxsplit=1)[1].strip() for line in joined.splitlines() if line.startswith(f"{word} ")]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


# --- the container --------------------------------------------------------------------------


def test_the_container_runs_without_root_and_tells_whether_it_lives() -> None:
    [user] = instructions("USER")
    [health] = instructions("HEALTHCHECK")

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert "/livez" in health
    assert instructions("ENTRYPOINT") == ['["protocol-bot"]']
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert DOCKERFILE.index("USER ") < DOCKERFILE.index("ENTRYPOINT")


def test_every_image_has_a_version() -> None:
    images = [line.split()[0] for line in instructions("FROM")]
    images += [service["image"] for service in compose()["services"].values()]

    for image in images:
        name, _, tag = image.partition(":")
        assert name
        assert tag not in {"", "latest"}


def test_everything_that_the_recipe_copies_is_there_and_is_sent_to_the_engine() -> None:
    sent = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word for line in instructions("COPY") if not line.startswith("--from") for word in line.split()[:-1]}

    assert copied == sent
    assert all((ROOT / name).exists() for name in copied)


def test_the_recipes_environment_is_settings_that_exist() -> None:
    names = set(re.findall(r"([A-Z_]+)=", instructions("ENV")[0])) - {"PATH"}

    assert {name for name in names if not name.startswith("PYTHON")} <= {name.upper() for name in Settings.model_fields}


@pytest.mark.skipif(
    shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}") is None,
    reason="hadolint is not packaged for this machine",
)
def test_the_recipe_passes_the_linter() -> None:
    linter = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert linter is not None

    found = subprocess.run([linter, "--no-color", DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout) == (0, "")


# --- compose --------------------------------------------------------------------------------


def test_the_containers_are_read_only_and_without_privileges() -> None:
    for name in ("bot", "migrate"):
        service = compose()["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["build"]["dockerfile"] == "deploy/Dockerfile"
        assert (DEPLOY / service["build"]["context"]).resolve() == ROOT


def test_the_bot_waits_for_a_healthy_database_and_its_migrations() -> None:
    services = compose()["services"]

    assert services["db"]["healthcheck"]["test"]
    assert services["bot"]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    assert services["migrate"]["command"] == ["migrate"]


def test_nothing_but_the_bot_is_published_and_only_on_this_machine() -> None:
    ports = {name: service.get("ports", []) for name, service in compose()["services"].items()}

    assert ports == {"bot": ["127.0.0.1:8300:8300"], "migrate": [], "db": []}


def test_secrets_come_as_files_that_the_settings_know() -> None:
    described = compose()
    for service in ("bot", "migrate"):
        environment = described["services"][service]["environment"]
        secret_files = {
            name.removesuffix("_FILE"): path for name, path in environment.items() if name.endswith("_FILE")
        }
        assert set(secret_files) <= set(SECRETS)
        assert {path.rsplit("/", 1)[1] for path in secret_files.values()} == set(
            described["services"][service]["secrets"]
        )
    assert set(described["services"]["bot"]["secrets"]) <= set(described["secrets"])
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {"deploy/secrets/", "deploy/bot.env"} <= set(ignored)


def test_the_example_environment_is_settings_that_exist_without_secrets() -> None:
    lines = (DEPLOY / "bot.env.example").read_text().splitlines()
    names = {line.split("=")[0] for line in lines if line and not line.startswith("#")}

    assert names <= {name.upper() for name in Settings.model_fields}
    assert not names & set(SECRETS)


def test_an_empty_setting_leaves_the_word_to_the_secret_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "database_url"
    file.write_text("postgresql+asyncpg://bot@db/bot\n")
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))

    assert read_settings().database_url == "postgresql+asyncpg://bot@db/bot"


# --- the service ----------------------------------------------------------------------------


def service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "protocol-bot.service")
    return unit["Service"]


def test_the_service_is_confined_and_gives_the_bot_time_to_drain() -> None:
    unit = service()

    assert unit["User"] != "root"
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictSUIDSGID"):
        assert unit[name] == "yes"
    assert unit["ProtectSystem"] == "strict"
    assert unit["CapabilityBoundingSet"] == ""
    assert int(unit["TimeoutStopSec"]) > 10
    assert unit["RestartPreventExitStatus"] == "2"
    assert unit["ExecStart"].split()[1] == "serve"


def test_the_services_settings_file_is_one_that_the_bot_reads(tmp_path: Path) -> None:
    text = (DEPLOY / "bot.toml.example").read_text(encoding="utf-8")
    for name in ("encryption-keys", "slack-bot-token", "slack-signing-secret", "teams-app-password"):
        (tmp_path / name).write_text("secret\n")
    file = tmp_path / "bot.toml"
    file.write_text(text.replace("/etc/protocol-bot/secrets", str(tmp_path)))

    found = file_settings(file)

    assert found["encryption_keys"] == found["slack_bot_token"] == found["teams_app_password"] == "secret"
    assert found["database_url"].endswith("//var/lib/protocol-bot/protocol-bot.db")
    assert "--config /etc/protocol-bot/bot.toml" in service()["ExecStart"]
    assert service()["StateDirectory"] == "protocol-bot"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_reads_the_service_and_finds_it_little_exposed() -> None:
    found = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", DEPLOY / "protocol-bot.service"],
        capture_output=True,
        text=True,
        check=False,
    )

    [level] = re.findall(r"Overall exposure level for [^:]+: ([\d.]+)", found.stdout)
    assert float(level) < 2.5


# --- the wheel ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [*build, "--disable-pip-version-check", "--wheel-dir", folder, ROOT], check=True, capture_output=True
    )
    [made] = folder.glob("*.whl")
    return made


@pytest.mark.slow
@pytest.mark.xdist_group("wheel")
def test_the_wheel_holds_whatever_the_bot_reads_at_run_time(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())

    def on_disk(folder: str, pattern: str) -> set[str]:
        return {
            str(each.relative_to(ROOT)) for each in (ROOT / folder).rglob(pattern) if "__pycache__" not in each.parts
        }

    wanted = (
        on_disk("bot/rules/packs", "*.yaml")
        | on_disk("adapters/demo/static", "*.*")
        | on_disk("storage/migrations", "*.py")
        | on_disk("bot", "*.py")
        | on_disk("adapters", "*.py")
    )
    assert wanted - inside == set()
    assert not [name for name in inside if name.split("/")[0] in {"tests", "benchmarks", "tools", "deploy"}]


@pytest.mark.slow
@pytest.mark.xdist_group("wheel")
def test_what_the_wheel_installs_works_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(place),
        "PROTOCOL": "copeland",
        "ENCRYPTION_KEYS": KEY,
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}",
    }

    def bot(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    here = subprocess.run(
        [sys.executable, "-c", "import bot; print(bot.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert here.stdout.startswith(str(place))
    assert "copeland" in bot("protocols", "list").stdout
    assert bot("ask", "What should I do about a close personal relationship with an officer?").returncode == 0
    assert bot("migrate").stdout == "The database is up to date.\n"
    assert bot("backup", str(tmp_path / "a.backup")).returncode == 0
