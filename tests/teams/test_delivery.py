"""Delivery: every trouble of the connector ends with the message there, or with a failure that is seen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from adapters.teams import connector
from adapters.teams.credentials import by_managed_identity, by_secret
from adapters.teams.hosts import ServiceHosts
from adapters.teams.limits import LONGEST_WAIT, TENANT_WINDOWS, THREAD_WINDOWS, Pacing
from bot.errors import CannotReach, NotConnected, TryAgain
from bot.messages import Address, Button, Buttons, Paragraph, Reply
from bot.model import OutgoingMessage
from bot.sending import GIVE_UP_AFTER
from bot.settings import TeamsAppType
from bot.wording import cards as say
from tests.teams import cards_read
from tests.teams.fake_teams import APP_ID, TENANT
from tests.teams.support import DIRECTORY_ID, USER, bot_on_teams, settled

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.teams.support import Rig

HELLO = Reply(summary="Hello.", parts=(Paragraph("Hello."),))
PAT = Address(platform="teams", user_id=USER, tenant=TENANT)
JO = Address(platform="teams", user_id="29:jo", tenant=TENANT)


async def known(rig: Rig) -> None:
    """Pat has written once, so that the bot can reach them."""
    await rig.tell(rig.activity(text="help"))
    rig.teams.sent.clear()


async def deliver(rig: Rig, to: Address = PAT, reply: Reply = HELLO, *, uncertain: bool = False, key: str = "k") -> str:
    return await rig.adapter.messenger.deliver(to, reply, key=key, uncertain=uncertain)


async def test_a_person_who_wrote_once_is_reached_under_either_id(rig: Rig) -> None:
    await known(rig)
    await deliver(rig)
    await deliver(rig, Address(platform="teams", user_id=DIRECTORY_ID, tenant=TENANT))
    assert [sent.conversation for sent in rig.teams.sent] == ["a:private-with-pat"] * 2


async def test_a_person_is_reached_as_the_first_act_after_a_restart(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(sqlite_store) as rig:
        await known(rig)
        url = rig.teams.url
    async with bot_on_teams(sqlite_store, teams_service_hosts=("127.0.0.1",)) as rig:
        # The local Teams of before is gone; the stored address is asked all the same, with a token.
        with pytest.raises(TryAgain):
            await deliver(rig)
        reference = await rig.adapter.places.find(USER)
        assert reference is not None
        assert reference["serviceUrl"] == url
        assert rig.teams.token_fetches


async def test_a_conversation_is_opened_with_somebody_who_never_wrote(rig: Rig) -> None:
    await rig.tell(rig.mention("help"))
    rig.teams.sent.clear()
    await deliver(rig, JO)
    opening, message = rig.teams.sent
    assert opening.path == "/v3/conversations"
    assert opening.body["members"] == [{"id": "29:jo"}]
    assert opening.body["tenantId"] == TENANT
    assert opening.body["bot"] == {"id": f"28:{APP_ID}"}
    assert message.conversation == "sent-2"
    rig.teams.sent.clear()
    await deliver(rig, JO)
    assert [sent.conversation for sent in rig.teams.sent] == ["sent-2"], "the second time it is known"


async def test_an_organisation_that_does_not_allow_it_means_the_person_cannot_be_reached(rig: Rig) -> None:
    await rig.tell(rig.mention("help"))
    rig.teams.misbehave.append((403, {"error": {"code": "BotNotInConversationRoster"}}, {}))
    with pytest.raises(CannotReach, match="BotNotInConversationRoster"):
        await deliver(rig, JO)


async def test_a_person_who_blocked_the_bot_cannot_be_reached_and_the_reference_goes(rig: Rig) -> None:
    await known(rig)
    rig.teams.misbehave.append((403, {"error": {"code": "MessageWritesBlocked", "message": "Canary"}}, {}))
    with pytest.raises(CannotReach, match="MessageWritesBlocked") as error:
        await deliver(rig)
    assert "Canary" not in str(error.value)
    assert await rig.adapter.places.find(USER) is None


@pytest.mark.parametrize(
    ("trick", "after", "uncertain"),
    [
        ((429, {}, {"Retry-After": "7"}), 7.0, False),
        ((429, {}, {}), None, False),
        ((429, {}, {"Retry-After": "Mon, 02 Mar 2026 09:31:00 GMT"}), 60.0, False),
        ((429, {}, {"Retry-After": "nonsense"}), None, False),
        ((429, {}, {"Retry-After": "nan"}), None, False),
        ((429, {}, {"Retry-After": "999999"}), 3600.0, False),
        ((412, {}, {}), None, False),
        ((503, {}, {}), None, False),
        ((502, {}, {}), None, True),
        ((504, {}, {}), None, True),
        ((500, {}, {}), None, True),
        ("reset", None, True),
    ],
    ids=str,
)
async def test_what_may_pass_is_tried_again(rig: Rig, trick: Any, after: float | None, uncertain: bool) -> None:  # noqa: FBT001
    await known(rig)
    rig.teams.misbehave.append(trick)
    with pytest.raises(TryAgain) as error:
        await deliver(rig)
    assert (error.value.after, error.value.uncertain) == (after, uncertain)
    assert len(rig.teams.sent) == 1, "the client itself resends nothing"


async def test_silence_ends_in_time_and_is_uncertain(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await known(rig)
    monkeypatch.setattr(connector, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    rig.teams.misbehave.append("silence")
    with pytest.raises(TryAgain) as error:
        await deliver(rig)
    assert error.value.uncertain


async def test_nobody_listening_is_certain_and_tried_again(rig: Rig) -> None:
    await known(rig)
    await rig.teams.stop()
    with pytest.raises(TryAgain) as error:
        await deliver(rig)
    assert not error.value.uncertain


@pytest.mark.parametrize("trick", [400, 413])
async def test_a_card_that_teams_does_not_take_is_sent_as_its_plain_summary(rig: Rig, trick: int) -> None:
    await known(rig)
    rig.teams.misbehave.append(trick)
    await deliver(rig)
    assert rig.teams.sent[1].body["text"] == "Hello."
    assert rig.teams.sent[1].body["textFormat"] == "plain"


async def test_what_is_not_taken_even_so_fails_visibly(rig: Rig) -> None:
    await known(rig)
    rig.teams.misbehave.extend([400, 400])
    with pytest.raises(CannotReach):
        await deliver(rig)


async def test_an_uncertain_message_says_that_it_may_be_a_repeat(rig: Rig) -> None:
    await known(rig)
    await deliver(rig, uncertain=True)
    assert say.MAY_BE_REPEATED in cards_read.text(rig.teams.sent[0].card)


async def test_every_message_ends_delivered_or_failed_and_visible(rig: Rig) -> None:
    """A reset after acceptance, then 429, 502 and 500: delivered in the end, through the outbox's own loop."""
    await known(rig)
    rig.teams.misbehave.extend(["reset", (429, {}, {"Retry-After": "30"}), 502, 500])
    async with rig.reception.store.begin() as uow:
        now = rig.clock.now()
        await uow.outbox.put(OutgoingMessage(key="m1", to=PAT, reply=HELLO, created_at=now, not_before=now))
        await uow.commit()
    for _ in range(8):
        await rig.dispatcher.send_waiting()
        rig.clock.forward(seconds=60)
    assert len(rig.teams.sent) == 5
    rig.clock.forward(hours=2)
    async with rig.reception.store.begin() as uow:
        assert not await uow.outbox.claim("teams", rig.clock.now(), GIVE_UP_AFTER, 10)


async def test_a_message_in_parts_goes_on_where_it_stopped(rig: Rig) -> None:
    await known(rig)
    rows = tuple(Buttons(tuple(Button(f"B{n}{m}", "x") for m in range(5))) for n in range(3))
    rig.teams.misbehave.extend([None, (429, {}, {})])
    with pytest.raises(TryAgain):
        await deliver(rig, reply=Reply(summary="Many.", parts=rows))
    await deliver(rig, reply=Reply(summary="Many.", parts=rows))
    cards = [sent.card for sent in rig.teams.sent]
    assert [("B00" in str(c), "B10" in str(c), "B20" in str(c)) for c in cards] == [
        (True, False, False),
        (False, True, False),
        (False, True, False),
        (False, False, True),
    ]


async def test_nothing_goes_to_a_host_that_is_not_listed_any_more(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(sqlite_store) as rig:
        await known(rig)
    async with bot_on_teams(sqlite_store, teams_service_hosts=("smba.trafficmanager.net",)) as rig:
        with pytest.raises(CannotReach):
            await deliver(rig)
        assert not rig.teams.sent


async def test_a_redirect_is_not_followed(rig: Rig) -> None:
    await known(rig)
    rig.teams.misbehave.append((307, {}, {"Location": f"{rig.teams.url}/v3/elsewhere"}))
    with pytest.raises(CannotReach):
        await deliver(rig)
    assert len(rig.teams.sent) == 1


# --- the bot's own token -------------------------------------------------------------------


async def test_one_token_serves_until_shortly_before_it_ends(rig: Rig) -> None:
    await known(rig)
    for _ in range(5):
        await deliver(rig)
    assert len(rig.teams.token_fetches) == 1
    form = rig.teams.token_fetches[0]
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == "https://api.botframework.com/.default"
    rig.clock.forward(seconds=3600 - 300)
    await deliver(rig)
    assert rig.teams.sent[-1].authorization == "Bearer bot-token-1", "renewed beside the work, not before it"
    await settled(rig.adapter.token)
    assert len(rig.teams.token_fetches) == 2
    rig.clock.forward(seconds=400)
    await deliver(rig)
    assert rig.teams.sent[-1].authorization == "Bearer bot-token-2"


async def test_a_silent_login_host_delays_only_what_needs_it(rig: Rig) -> None:
    await known(rig)
    rig.teams.login_gate = asyncio.Event()
    rig.clock.forward(hours=2)
    waiting = asyncio.create_task(deliver(rig))
    for _ in range(3):
        assert (await rig.post(rig.activity(text="help"))).status == 200
    assert not waiting.done()
    rig.teams.login_gate.set()
    await waiting


async def test_a_token_that_teams_refuses_is_replaced_once(rig: Rig) -> None:
    await known(rig)
    rig.teams.misbehave.append(401)
    await deliver(rig)
    assert [sent.authorization for sent in rig.teams.sent] == ["Bearer bot-token-1", "Bearer bot-token-2"]
    rig.teams.misbehave.extend([401, 401])
    with pytest.raises(NotConnected):
        await deliver(rig)


@pytest.mark.parametrize(("status", "after"), [(400, 300.0), (401, 300.0), (500, None), (429, None)])
async def test_without_a_token_messages_wait_and_a_wrong_secret_is_named(
    rig: Rig, status: int, after: float | None
) -> None:
    await known(rig)
    rig.clock.forward(hours=2)
    rig.teams.token_status = status
    with pytest.raises(TryAgain) as error:
        await deliver(rig)
    assert error.value.after == after
    assert any("TEAMS_APP_PASSWORD" in problem for problem in rig.adapter.problems()) == (after is not None)
    rig.teams.token_status = 200
    rig.clock.forward(seconds=301)
    await deliver(rig)
    assert not rig.adapter.problems()


@pytest.mark.parametrize("life", ["3599", 3599, 10, "x", None])
async def test_the_life_of_a_token_may_be_a_text_or_nonsense(sqlite_store: SqlStore, life: Any) -> None:
    async with bot_on_teams(sqlite_store) as rig:
        rig.teams.token_life = life
        await rig.adapter.token.fetch()  # type: ignore[union-attr]
        if life in {"x", None}:
            with pytest.raises(TryAgain):
                await rig.adapter.token.get()  # type: ignore[union-attr]
        else:
            assert await rig.adapter.token.get() == "bot-token-1"  # type: ignore[union-attr]


async def test_a_managed_identity_asks_the_machine(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(
        sqlite_store, teams_app_type=TeamsAppType.USER_ASSIGNED_MSI, teams_app_password=None
    ) as rig:
        await known(rig)
        asked = rig.teams.token_fetches[0]
        assert asked["metadata"] == "true"
        assert asked["resource"] == "https://api.botframework.com"
        assert asked["client_id"] == APP_ID


def test_an_app_service_announces_its_own_address_for_managed_identities() -> None:
    request = by_managed_identity("app", "", {"IDENTITY_ENDPOINT": "http://127.0.0.1:41/token", "IDENTITY_HEADER": "h"})
    assert (request.url, request.headers) == ("http://127.0.0.1:41/token", {"X-IDENTITY-HEADER": "h"})
    assert by_managed_identity("app", "", {}).url.startswith("http://169.254.169.254/")


def test_the_login_host_is_the_tenants_own_by_default() -> None:
    assert by_secret("a", "s", "t1", "").url == "https://login.microsoftonline.com/t1/oauth2/v2.0/token"


# --- hosts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://smba.trafficmanager.net/uk/", True),
        ("https://smba.trafficmanager.net:443/uk/", True),
        ("https://SMBA.trafficmanager.net/uk/", True),
        ("https://smba.trafficmanager.net:8443/", False),
        ("http://smba.trafficmanager.net/uk/", False),
        ("https://smba.trafficmanager.net.evil.example/", False),
        ("https://evil-smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net@evil.example/", False),
        ("https://user:pw@smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net\\@evil.example/", False),
        ("https://smba.trafficmanager.net/?x=1", False),
        ("https://smba.trafficmanager.net/#x", False),
        ("https://a.gov.example/", True),
        ("https://gov.example/", False),
        ("https://agov.example/", False),
        ("http://127.0.0.1:4001/x", True),
        ("http://127.0.0.1:4002/", False),
        ("http://localhost:9/", True),
        ("http://[::1]:9/", False),
        ("ftp://localhost/", False),
        ("javascript:alert(1)", False),
        ("//smba.trafficmanager.net", False),
        ("https://", False),
        ("https://[bad", False),
        ("https://smba.trafficmanager.net:99999/", False),
        ("https://smba.trafficmanager.net /", False),
        ("https://smbа.trafficmanager.net/", False),
        ("", False),
    ],
)
def test_answers_go_only_to_listed_hosts(url: str, allowed: bool) -> None:  # noqa: FBT001
    hosts = ServiceHosts.of(("smba.trafficmanager.net", "*.gov.example", "127.0.0.1:4001", "http://localhost"))
    assert hosts.allow(url) is allowed


# --- pace ----------------------------------------------------------------------------------


class Stopwatch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("threads", [1, 40])
def test_five_hundred_messages_stay_within_half_of_the_limits(threads: int) -> None:
    watch = Stopwatch()
    pacing = Pacing(seconds=watch)
    starts: list[tuple[float, str]] = []
    queue = [f"thread-{number % threads}" for number in range(500)]
    while queue:
        later = []
        for thread in queue:
            wait = pacing.thread(thread)
            if wait > LONGEST_WAIT:
                later.append(thread)
                continue
            watch.now += wait
            watch.now += pacing.tenant("t")
            starts.append((watch.now, thread))
        queue = later
        watch.now += 1
    for windows, key in ((THREAD_WINDOWS, "thread-0"), (TENANT_WINDOWS, None)):
        moments = [moment for moment, thread in starts if key in {None, thread}]
        for count, seconds in windows:
            for first, later_one in zip(moments, moments[count:], strict=False):
                assert later_one - first >= seconds - 1e-6


async def test_a_burst_to_one_person_is_paced_not_lost(rig: Rig) -> None:
    await known(rig)
    rig.clock.forward(hours=1)
    for number in range(8):
        await deliver(rig, key=f"k{number}")
    assert len(rig.teams.sent) == 8
    assert sum(rig.slept) >= 3


async def test_a_pause_that_teams_asks_for_holds_the_whole_thread(rig: Rig) -> None:
    await known(rig)
    rig.teams.misbehave.append((429, {}, {"Retry-After": "600"}))
    with pytest.raises(TryAgain):
        await deliver(rig)
    with pytest.raises(TryAgain) as error:
        await deliver(rig, key="another")
    assert error.value.after == pytest.approx(600, abs=1)
    assert len(rig.teams.sent) == 1
