"""The first afternoon: every command of docs/first-day.md is typed here, and what the page shows is what comes out."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.__main__ import run
from bot.settings import SECRETS, Settings
from tests.operations.test_serve import ROOT, STOP_WITHIN, free_port
from tests.slack.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

PAGE = ROOT / "docs" / "first-day.md"
LEFT_OUT = "…"
PROMPT = "$ "
INTERRUPT = "^C"
INDENT = "    "
PORT_ON_THE_PAGE = "8300"
PATIENCE = 30.0
ASKS_AGAIN = ("curl ", "protocol-bot doctor")
"""Only asking changes nothing, so it may be done twice."""
TOKENS = {"xoxb-…": BOT_TOKEN, "xapp-…": APP_TOKEN}
"""The page shows no token; these are the ones that the Slack of the tests knows."""

VARIES = {
    "day": r"(?<=known until )\d{1,2} [A-Z]\w+ \d{4}",
    "moment": r"\d{1,2} [A-Z]\w+ \d{4} \d\d:\d\d UTC|\b\d{4}-\d\d-\d\dT[\d:.]+Z",
    "version": r"(?<=APScheduler )[\d.]+|(?<=SQLite )[\d.]+",
    "name": r"\b[0-9a-f]{64}\b|(?<=one key \()[0-9a-f]{8}|(?<=before-restore-)[0-9a-f]{8}",
    "size": r"\b\d+ KB\b|(?<=:00)\s+\d+$",
    "seconds": r"\b\d+ seconds(?= from the platform)",
}
"""What differs from one machine or day to the next, and may do so on the page."""


# --- the page ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One thing that the page has somebody do: a command, a file to save, or lines to change in one."""

    line: int
    kind: str
    what: str
    shown: tuple[str, ...] = ()


def steps_of(text: str) -> list[Step]:
    """Every indented block of the page, in order. Blocks that are no step fail, so that nothing stands unchecked.

    Raises:
        ValueError: a block is neither a session, nor a file, nor a change.
    """
    found: list[Step] = []
    for line, before, block in _blocks(text):
        saved = re.findall(r"[Ss]ave [^`.]*`([^`]+)`", before)
        changed = re.findall(r"In `([^`]+)` (?:change|add) ", before)
        if block[0].startswith((PROMPT, INTERRUPT)):
            found += _session(line, block)
        elif changed and all(each.startswith(("- ", "+ ")) for each in block):
            found.append(Step(line, "change", changed[-1], tuple(block)))
        elif saved:
            found.append(Step(line, "save", saved[-1], tuple(block)))
        else:
            raise ValueError(f"line {line}: this block is no command, no file to save and no change")
    return found


def _blocks(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Each indented block: its line, the paragraph before it, and its lines."""
    block: list[str] = []
    before, start = "", 0
    for number, line in enumerate([*text.splitlines(), "end"], 1):
        if line.startswith(INDENT):
            start = start or number
            block.append(line.removeprefix(INDENT).rstrip())
        elif not line.strip():
            block += [""] if block else []
        else:
            if block:
                yield start, before, "\n".join(block).strip("\n").split("\n")
            block, before, start = [], line, 0


def _session(line: int, block: Sequence[str]) -> Iterator[Step]:
    step: Step | None = None
    for number, text in enumerate(block, line):
        if text.startswith((PROMPT, INTERRUPT)):
            if step:
                yield step
            step = Step(number, "type", text.removeprefix(PROMPT))
        elif step:
            step = Step(step.line, step.kind, step.what, (*step.shown, text))
    if step:
        yield step


def pattern_of(shown: Sequence[str]) -> re.Pattern[str]:
    """What fits the lines of the page: “…” alone is any number of lines, “…” in a line any text."""
    parts = []
    for line in shown:
        if line.strip() == LEFT_OUT:
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(r"[^\n]*".join(re.escape(part) for part in steady(line).split(LEFT_OUT)) + r"\n")
    return re.compile("".join(parts))


def steady(line: str) -> str:
    """The line without what differs from day to day and from machine to machine."""
    for name, pattern in VARIES.items():
        line = re.sub(pattern, f"<{name}>", line)
    return line.rstrip()


def fits(shown: Sequence[str], came: str) -> bool:
    """Whether what came out is what the page shows."""
    lines = came.strip("\n").split("\n") if came.strip() else []
    return pattern_of(shown).fullmatch("".join(f"{steady(line)}\n" for line in lines)) is not None


# --- the afternoon ------------------------------------------------------------------------------


class AmblefordsSlack(FakeSlack):
    """A workspace with a name, in which everybody of the page has an account."""

    def _auth_test(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {**super()._auth_test(arguments), "team": "Ambleford"}


@dataclass
class Afternoon:
    """One window, as the reader of the page has it; and the window in which the bot runs."""

    port: int
    monkeypatch: pytest.MonkeyPatch
    exit_code: int = 0
    bot: subprocess.Popen[str] | None = None

    def do(self, step: Step) -> str:
        """What a step of the page brings about; what comes out."""
        if step.kind == "save":
            text = "".join(f"{TOKENS.get(line, line)}\n" for line in step.shown)
            Path(step.what).write_text(text, encoding="utf-8")
            return ""
        if step.kind == "change":
            self._change(Path(step.what), step.shown)
            return ""
        return self.type(step.what)

    def until_it_fits(self, step: Step) -> str:
        """The same, again for a while where the bot runs: it needs “some seconds” to be ready and to know everybody."""
        until = time.monotonic() + PATIENCE
        while True:
            came = self.do(step).replace(str(self.port), PORT_ON_THE_PAGE)
            waits = self.bot is not None and step.what.startswith(ASKS_AGAIN)
            if fits(step.shown, came) or not waits or time.monotonic() > until:
                return came
            time.sleep(0.1)

    def _change(self, file: Path, lines: Sequence[str]) -> None:
        text = file.read_text(encoding="utf-8")
        at = len(text)
        for line in lines:
            words = f"{line[2:]}\n"
            if line.startswith("- "):
                assert text.count(words) == 1, f"{file} has no such line: {words}"
                at = text.index(words)
                text = text.replace(words, "")
            else:
                text = text[:at] + words + text[at:]
                at += len(words)
        file.write_text(text, encoding="utf-8")

    def type(self, what: str) -> str:
        """Run a command line of the page; what comes out."""
        if what == INTERRUPT:
            return self._stop()
        command, _, into = what.partition(" > ")
        words = shlex.split(command)
        given = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
        match words[len(given) :]:
            case ["protocol-bot", "serve", *rest]:
                return self._serve(rest)
            case ["protocol-bot", *rest]:
                out = self._run(rest, given)
            case _:
                out = self._by_the_shell(what, words)
        if into:
            Path(into).write_text(out, encoding="utf-8")
            return ""
        return out

    def _by_the_shell(self, what: str, words: Sequence[str]) -> str:
        match words:
            case ["echo", "$?"]:
                return str(self.exit_code)
            case ["git", "clone", _, folder]:  # what `make install` needs is there; the rest is git's
                Path(folder).mkdir()
                for name in ("Makefile", "pyproject.toml", "constraints.txt"):
                    shutil.copy(ROOT / name, folder)
                return ""
            case ["make", "install"]:  # without the download; what make would do is what it prints when it does it
                return self._shell("make --dry-run install")
            case ["source", ".venv/bin/activate"]:
                return ""
            case ["cd", folder]:
                self.monkeypatch.chdir(folder)
                return ""
            case ["curl", url]:
                return self._fetch(url.replace(PORT_ON_THE_PAGE, str(self.port)))
            case _:
                return self._shell(what)

    def _run(self, arguments: list[str], given: dict[str, str]) -> str:
        out = io.StringIO()
        with self.monkeypatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            for name, value in given.items():
                patch.setenv(name, value)
            self.exit_code = run(arguments)
        return out.getvalue()

    def _shell(self, what: str) -> str:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", what],
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.exit_code = done.returncode
        return done.stdout

    def _fetch(self, url: str) -> str:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def _serve(self, arguments: Sequence[str]) -> str:
        self.bot = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.bot.stderr is not None
        return self.bot.stderr.readline().replace(str(self.port), PORT_ON_THE_PAGE)

    def _stop(self) -> str:
        assert self.bot is not None
        self.bot.send_signal(signal.SIGINT)
        _, log = self.bot.communicate(timeout=STOP_WITHIN)
        self.exit_code = self.bot.returncode
        return log

    def close(self) -> None:
        if self.bot is not None:
            self.bot.kill()
            self.bot.communicate()


# --- tests --------------------------------------------------------------------------------------


@pytest.fixture
async def afternoon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Afternoon]:
    """An empty folder, no setting from whoever runs the tests, and Ambleford's Slack."""
    for name in [
        *Settings.model_fields,
        *(f"{secret}_file" for secret in SECRETS),
        "python",
        "makeflags",
        "makelevel",
        "mflags",
    ]:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    async with AmblefordsSlack() as slack:
        for number, email in enumerate(sorted(set(re.findall(r"[\w.]+@[\w.]+", PAGE.read_text(encoding="utf-8"))))):
            slack.users[f"U{number}"] = {"id": f"U{number}", "profile": {"email": email}, "is_email_confirmed": True}
        monkeypatch.setenv("SLACK_API_URL", slack.url)
        made = Afternoon(free_port(), monkeypatch)
        monkeypatch.setenv("PORT", str(made.port))
        yield made
        made.close()


async def test_what_the_page_shows_is_what_comes_out(afternoon: Afternoon) -> None:
    for step in steps_of(PAGE.read_text(encoding="utf-8")):
        came = await asyncio.to_thread(afternoon.until_it_fits, step)
        if step.kind == "type" and not fits(step.shown, came):
            shown = "\n".join(step.shown)
            pytest.fail(
                f"{PAGE.name}, line {step.line}: {step.what}\n--- it shows:\n{shown}\n--- but out comes:\n{came}",
                pytrace=False,
            )
    assert afternoon.bot is not None


def test_each_command_of_the_first_afternoon_is_on_the_page() -> None:
    typed = [step.what for step in steps_of(PAGE.read_text(encoding="utf-8")) if step.kind == "type"]

    for command in (
        "make install",
        *(
            f"protocol-bot {each}"
            for each in (
                "protocols list",
                "new-key",
                "migrate",
                "people import",
                "import",
                "ask",
                "manifest slack",
                "doctor",
                "serve",
                "backup",
                "restore",
                "purge",
            )
        ),
    ):
        assert any(f"{each} ".startswith(f"{command} ") for each in typed), command
    assert any("manifest teams" in each for each in typed)


@pytest.mark.parametrize(
    ("shown", "came", "same"),
    [
        ("6 people are in.", "6 people are in.\n", True),
        ("6 people are in.", "7 people are in.\n", False),
        ("6 people are in.", "", False),
        ("", "6 people are in.\n", False),
        ("", "", True),
        ("one\n…", "one\n", True),
        ("one\n…\nfour", "one\ntwo\n\nthree\nfour\n", True),
        ("one\n…\nfour", "two\nthree\nfour\n", False),
        ("one\nfour", "one\ntwo\nfour\n", False),
        ("one … three", "one two three\n", True),
        ("one … three", "one two\nthree\n", False),
        ("ok   scheduler    APScheduler 3.11.3", "ok   scheduler    APScheduler 3.12\n", True),
        ("known until 26 December 2028", "known until 1 January 2031\n", True),
        ("Due Monday 16 March 2026", "Due Tuesday 17 March 2026\n", False),
        ("hash: " + "a" * 64, "hash: " + "0" * 64 + "\n", True),
        ("hash: " + "a" * 64, "hash: none\n", False),
    ],
)
def test_the_comparison_itself_lets_through_what_varies_and_nothing_else(shown: str, came: str, same: object) -> None:
    assert fits(shown.splitlines(), came) is same


def test_a_block_that_nothing_checks_is_refused() -> None:
    with pytest.raises(ValueError, match="line 3"):
        steps_of("Look at this:\n\n    It works.\n")


def test_a_step_is_a_command_with_what_it_shows_a_file_or_a_change() -> None:
    saved = "Save this as `a.toml`:\n\n    x = 1\n\n    y = 2\n"
    changed = "In `a.toml` change this line:\n\n    - x = 1\n    + x = 3\n"

    assert steps_of(f"{saved}\n{changed}\nThen:\n\n    $ one\n    out\n    $ two\n") == [
        Step(3, "save", "a.toml", ("x = 1", "", "y = 2")),
        Step(9, "change", "a.toml", ("- x = 1", "+ x = 3")),
        Step(14, "type", "one", ("out",)),
        Step(16, "type", "two"),
    ]
