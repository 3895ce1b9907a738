"""The whole bot in a real Teams client: the Microsoft 365 Agents Playground, driven in Chromium.

It needs no account. It has no dialogs, so here a form is a card in the private chat.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

NODE = Path(__file__).parents[1] / "node" / "node_modules"
PLAYGROUND = NODE / "@microsoft" / "m365agentsplayground" / "cli.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

pytestmark = [
    pytest.mark.node,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not shutil.which("node"), reason="no Node.js"),
    pytest.mark.skipif(not PLAYGROUND.exists(), reason="no packages in tests/node: run npm ci there"),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], url: str, folder: Path, **environment: str) -> Iterator[None]:
    """A process that answers at an address, ended however the test ends."""
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    log = folder / "process.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=folder, env={**inherited, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(url, timeout=2).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The Playground in a browser, with the bot of West Oxfordshire behind it."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    folder = tmp_path_factory.mktemp("playground")
    bot, client = free_port(), free_port()
    serve = [sys.executable, "-m", "bot", "serve"]
    settings = {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PROTOCOL": "west-oxfordshire",
        "HOST": "127.0.0.1",
        "PORT": str(bot),
        "TEAMS_UNAUTHENTICATED": "loopback",
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
    }
    playground = [
        *("node", str(PLAYGROUND), "-e", f"http://127.0.0.1:{bot}/api/messages"),
        *("-c", "msteams", "-p", str(client), "--dt"),
    ]
    with (
        running(serve, f"http://127.0.0.1:{bot}/livez", folder, **settings),
        running(playground, f"http://127.0.0.1:{client}/", folder, TEAMSAPPTESTER_BROWSER="none"),
        sync_playwright() as driver,
        tempfile.TemporaryDirectory() as profile,
    ):
        browser = driver.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, headless=True, args=list(FLAGS), viewport={"width": 1300, "height": 1300}
        )
        opened = browser.pages[0] if browser.pages else browser.new_page()
        opened.set_default_timeout(20_000)
        opened.goto(f"http://127.0.0.1:{client}/")
        # The installation comes first, and with it the one welcome.
        opened.get_by_text("How I can help").first.wait_for()
        yield opened
        browser.close()


def say(page: Page, words: str) -> None:
    page.locator("[role=textbox]").last.click()
    page.keyboard.type(words)
    page.get_by_role("button", name="Send Message").click()


def picture(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look, where PICTURES names a folder."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"teams-{name}.png")


def test_the_welcome_comes_once(page: Page) -> None:
    assert page.get_by_text("How I can help").count() == 1
    picture(page, "welcome")


def cited(page: Page) -> int:
    """How many paragraphs are shown with their number."""
    return page.get_by_text(re.compile(r"^Paragraph \d+ –")).count()


def test_a_question_is_answered_with_its_paragraph_and_a_button_shows_the_neighbours(page: Page) -> None:
    say(page, "How quickly should an officer reply to a councillor?")
    button = page.get_by_role("button", name="Show the paragraph and its neighbours").last
    button.wait_for()
    before = cited(page)
    assert before >= 1
    picture(page, "answer")
    button.click()
    page.get_by_text(re.compile(r"^Paragraph \d+ –")).nth(before + 2).wait_for()
    picture(page, "neighbours")


def test_help_opens_the_form_which_is_sent_back_with_problems_and_kept_values(page: Page) -> None:
    say(page, "help")
    page.get_by_role("button", name="Declare a relationship").nth(1).wait_for()
    page.get_by_role("button", name="Declare a relationship").last.click()
    page.locator("textarea:not([placeholder^='Type'])").first.wait_for()
    picture(page, "form")
    typed = "We share a flat, [really](https://evil.example) **so**"
    page.locator("textarea:not([placeholder^='Type'])").first.fill(typed)
    page.get_by_role("button", name="Declare", exact=True).click()
    page.get_by_text("Please check:").first.wait_for()
    assert page.locator("textarea:not([placeholder^='Type'])").first.input_value() == typed
    picture(page, "problems")


def test_words_in_a_group_open_nothing_that_others_see(page: Page) -> None:
    page.get_by_role("treeitem", name="Group Chat").click()
    page.get_by_text("How I can help").first.wait_for()
    page.locator("[role=textbox]").last.click()
    page.keyboard.type("@Test")
    page.get_by_role("menuitem", name="Test Bot").click()
    page.keyboard.type(" declare relationship")
    page.get_by_role("button", name="Send Message").click()
    page.get_by_text("I have sent you a private message").first.wait_for()
    picture(page, "group")
