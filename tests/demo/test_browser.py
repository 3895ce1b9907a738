"""A person at the page, in a real browser."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install Debian's package chromium"),
]


@pytest.fixture
async def page(address: str) -> AsyncIterator[Page]:
    """The page, freshly opened; any error in its console fails the test."""
    problems: list[str] = []
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = await browser.new_page(viewport={"width": 390, "height": 844})
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        await opened.goto(address)
        await opened.wait_for_selector("#person option", state="attached")
        yield opened
        await browser.close()
    # A refused file is answered with 400, and the browser notes every 400 in its console.
    assert [problem for problem in problems if "400 (Bad Request)" not in problem] == []


async def test_ask_declare_and_read_as_three_people(page: Page) -> None:
    await page.select_option("#council", "copeland")
    await page.get_by_label("Your question").fill("my sister works for the council, whom do I tell")
    await page.keyboard.press("Enter")
    await expect(page.locator(".theirs .clause h3").first).to_contain_text("Paragraph 5.3")

    await page.locator("#quick").get_by_role("button", name="Declare a relationship").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Who will see this")
    await dialog.get_by_role("button", name="Declare", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Say who the other person is.")
    other = dialog.get_by_label("The other person")
    await other.press_sequentially("Femi")
    option = dialog.locator("datalist option").first
    await expect(option).to_have_attribute("value", "Femi Sample (officer, Housing)")
    await other.fill("Femi Sample (officer, Housing)")
    await other.press("Tab")
    await dialog.get_by_label("What is the relationship?").select_option(label="Family")
    await dialog.get_by_role("button", name="Declare", exact=True).click()
    await expect(page.locator("#talk")).to_contain_text("Your declaration is recorded under DR-")

    await page.select_option("#person", "mo.template")
    await page.get_by_role("tab", name="Messages").click()
    await page.get_by_role("button", name="Open").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Femi Sample")


async def test_everything_can_be_done_from_the_keyboard(page: Page) -> None:
    await page.get_by_role("tab", name="Ask").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("heading", name="Read the protocol")).to_be_visible()
    await page.get_by_label("Find a word or a paragraph").fill("5.3")
    await expect(page.locator("#found")).to_have_text("1 of 48 paragraphs")


async def test_every_control_has_a_name_and_nothing_runs_off_a_phone(page: Page) -> None:
    await page.locator("#quick").get_by_role("button", name="Declare a relationship").click()
    await page.get_by_role("dialog").wait_for()
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, textarea')].filter(control =>
            !(control.labels && control.labels.length) && !control.getAttribute('aria-label') &&
            !control.getAttribute('aria-labelledby') &&
            !control.textContent.trim()).map(control => control.outerHTML)"""
    )
    too_wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert nameless == []
    assert too_wide <= 0


DOCUMENT = """\
Fictional Borough Council
Protocol on Working Together

1. Relationships
1.1 A member must tell the Monitoring Officer of any close friendship with an officer.
2. Enquiries
2.1 Officers shall reply to a member's enquiry within 7 working days.
"""


async def test_ones_own_document_is_read_corrected_saved_and_asked(page: Page) -> None:
    await page.get_by_role("tab", name="Your own document").click()
    file = {"name": "protocol.txt", "mimeType": "text/plain", "buffer": DOCUMENT.encode()}
    await page.get_by_label("A file:").set_input_files(file)  # type: ignore[arg-type]
    await expect(page.locator("#import-clocks")).to_contain_text("7 working days (2.1)")
    await expect(page.locator("#import-routes")).to_contain_text("Monitoring Officer (1.1)")
    await page.get_by_label("Text of 2.1").fill("Officers shall reply to a member's enquiry within 6 working days.")
    await page.get_by_role("button", name="Save and use it here").click()
    await page.get_by_role("button", name="Ask it something").click()
    await page.get_by_label("Your question").fill("how many days to reply to an enquiry")
    await page.keyboard.press("Enter")

    await expect(page.locator(".theirs .clause").first).to_contain_text("within 6 working days")


async def test_a_file_that_cannot_be_read_is_explained(page: Page) -> None:
    await page.get_by_role("tab", name="Your own document").click()
    broken = {"name": "protocol.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 nothing"}
    await page.get_by_label("A file:").set_input_files(broken)  # type: ignore[arg-type]

    await expect(page.locator("#import-problem")).to_be_visible()
    await expect(page.locator("#review")).to_be_hidden()


async def test_an_enquiry_is_raised_the_clock_is_moved_and_the_reminder_comes(page: Page) -> None:
    await page.select_option("#council", "tower-hamlets")
    await expect(page.locator("#protocol-title")).to_contain_text("Relations' Protocol")
    await page.locator("#quick").get_by_role("button", name="Raise a member enquiry").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Subject").fill("Repairs since April")
    await dialog.get_by_label("What do you need to know").fill("How many repairs are still open in Example Court?")
    await dialog.get_by_label("Which service?").select_option("Housing")
    await dialog.get_by_role("button", name="Raise it").click()
    await expect(page.locator("#talk")).to_contain_text("is recorded")
    await page.get_by_role("tab", name="Move the clock").click()
    await page.get_by_role("button", name="Two weeks on, 9:30").click()
    await expect(page.locator("#moved")).to_contain_text("It is now")
    await page.get_by_role("tab", name="Figures").click()
    await expect(page.locator("#figure-table")).to_contain_text("Housing")
    await page.select_option("#person", "gwen.specimen")
    await page.get_by_role("tab", name="Messages").click()

    await expect(page.locator("#received")).to_contain_text("Enquiries that need your reply")
