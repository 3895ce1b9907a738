"""The demo page's own routes: what it accepts, what it refuses, and that it is the same bot behind them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from adapters.demo import app as demo_page
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def browser(address: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=address) as session:
        yield session


async def send(browser: aiohttp.ClientSession, who: str = "ada.sample", **message: Any) -> dict[str, Any]:
    body = {"key": secrets.token_hex(8), "person": who, "name": who, **message}
    async with browser.post("/api/copeland/send", json=body) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_a_question_gets_its_paragraph(browser: aiohttp.ClientSession) -> None:
    answer = await send(browser, type="say", text="my sister works for the council, whom do I tell")

    assert next(part["ref"] for part in answer["reply"]["parts"] if part["kind"] == "citation") == "5.3"


async def test_a_declaration_arrives_with_whom_the_protocol_names(browser: aiohttp.ClientSession) -> None:
    form = (await send(browser, type="open", form="declare_relationship"))["reply"]["form"]
    values = {"other_party": "person:femi.sample", "kind": "family", "details": "canary-55"}
    await send(browser, type="submit", form=form["id"], token=form["token"], values=values)
    async with browser.get("/api/copeland/messages/mo.template") as response:
        text = await response.text()

    assert "A relationship has been declared to you" in text
    assert "canary" not in text


async def test_moving_the_clock_moves_everything_by_it(browser: aiohttp.ClientSession) -> None:
    form = (await send(browser, type="open", form="declare_relationship"))["reply"]["form"]
    values = {"other_party": "person:femi.sample", "kind": "family"}
    await send(browser, type="submit", form=form["id"], token=form["token"], values=values)
    async with browser.get("/api/copeland") as response:
        now = (await response.json())["now_iso"]
    later = f"{int(now[:4]) + 1}-12-08T10:00"
    async with browser.post("/api/copeland/clock", json={"to": later}) as response:
        assert (await response.json())["now_iso"] == later
    async with browser.get("/api/copeland/messages/ada.sample") as response:
        assert "Is it still right?" in await response.text()


@pytest.mark.parametrize("to", ["yesterday", "2001-01-01T09:00", "2999-01-01T09:00", 7, None])
async def test_the_clock_goes_only_to_a_time_to_come(browser: aiohttp.ClientSession, to: object) -> None:
    async with browser.post("/api/copeland/clock", json={"to": to}) as response:
        assert response.status == 400
        assert "error" in await response.json()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"type":"say"}', b'{"type":"explode","key":"12345678","person":"a"}', b"\xff"]
)
async def test_nonsense_is_refused_in_words(browser: aiohttp.ClientSession, body: bytes) -> None:
    async with browser.post("/api/copeland/send", data=body) as response:
        assert response.status == 400
        assert "error" in await response.json()


async def test_every_paragraph_can_be_read_with_how_people_ask(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/api/copeland/clauses") as response:
        clauses = await response.json()

    assert len(clauses) == 48
    assert all(clause["says"] and clause["topics"] and len(clause["asked_as"]) >= 25 for clause in clauses)


async def test_another_page_in_the_same_browser_cannot_use_it(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/api/protocols", headers={"Origin": "https://elsewhere.example"}) as response:
        assert response.status == 403
    async with browser.get("/api/protocols", headers={"Host": "elsewhere.example"}) as response:
        assert response.status == 403


async def test_nothing_comes_from_another_host(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/") as response:
        page = await response.text()

        assert "http://" not in page
        assert "https://" not in page
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    async with browser.get("/api/no-such-council") as response:
        assert response.status == 404


async def test_it_refuses_a_host_that_others_can_reach() -> None:
    def never(_name: object) -> Any:
        raise AssertionError

    with pytest.raises(ConfigurationError, match="this machine only"):
        demo_page.make_app([], never, never, "0.0.0.0")
