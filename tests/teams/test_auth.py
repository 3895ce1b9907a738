"""Who may send activities: one test for each check, and for each way to get round one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.teams.auth import Gate, NotAllowedError
from adapters.teams.hosts import ServiceHosts
from adapters.teams.keys import AFTER_UNKNOWN_KEY
from tests.support import FakeClock
from tests.teams.fake_teams import APP_ID, key
from tests.teams.support import bot_on_teams, settled

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.teams.support import Rig

HOUR = 3600


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def refused(rig: Rig, token: str, status: int = 401, **values: Any) -> None:
    """The activity is refused, and nothing of it is remembered."""
    response = await rig.post(rig.activity(text="hello", **values), token=token)
    assert response.status == status, await response.text()
    assert await rig.reception.work_waiting() == 0


async def test_a_good_token_is_let_in(rig: Rig) -> None:
    assert (await rig.post(rig.activity(text="hello"))).status == 200
    assert await rig.reception.work_waiting() == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.example"},
        {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"},
        {"iss": None},
        {"aud": "another-app"},
        {"aud": None},
        {"aud": ""},
        {"exp": None},
        {"exp": "soon"},
        {"serviceurl": None},
        {"serviceurl": 5},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_or_missing_claim_is_refused(rig: Rig, claims: dict[str, Any]) -> None:
    seconds = rig.clock.now().timestamp()
    if claims.get("exp") == "soon":
        header = part({"alg": "RS256", "kid": "key-1"})
        body = {"iss": "https://api.botframework.com", "aud": APP_ID, "exp": "soon", "serviceurl": rig.teams.url}
        signed = f"{header}.{part(body)}"
        signature = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(signed.encode(), key(1))
        token = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    else:
        token = rig.teams.token(rig.clock.now(), **claims)
    assert seconds
    await refused(rig, token)


@pytest.mark.parametrize(
    ("name", "offset", "status"),
    [("exp", -299, 200), ("exp", -301, 401), ("nbf", 299, 200), ("nbf", 301, 401)],
)
async def test_five_minutes_of_skew_are_allowed_and_no_more(rig: Rig, name: str, offset: int, status: int) -> None:
    claims = {name: int(rig.clock.now().timestamp()) + offset}
    response = await rig.post(rig.activity(text="hello"), token=rig.teams.token(rig.clock.now(), **claims))
    assert response.status == status


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer abc",
        "Bearer a.b.c",
        "Bearer ....",
        "Basic dXNlcjpwdw==",
        "Bearer " + "x" * 20_000,
    ],
    ids=lambda header: header[:20],
)
async def test_a_missing_or_garbled_token_is_a_401(rig: Rig, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    response = await rig.client.post("/api/messages", json=rig.activity(text="hello"), headers=headers)
    assert response.status in {400, 401} if len(header) > 8000 else response.status == 401


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.one_of(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60).map(lambda text: f"Bearer {text}"),
        st.dictionaries(
            st.sampled_from(["alg", "kid", "typ", "crit", "b64"]),
            st.sampled_from(["RS256", "none", 5, None, [], "key-1"]),
        ).map(lambda head: f"Bearer {part(head)}.{part({})}.AAAA"),
    )
)
def test_no_header_brings_anything_but_a_refusal(header: str) -> None:
    async def ask() -> None:
        class NoKeys:
            metadata_url = "https://login.botframework.com/x"

            async def find(self, key_id: str) -> None:
                return None

        gate = Gate(app_id="a", tenant="t", hosts=ServiceHosts.of(()), keys=NoKeys(), clock=FakeClock())  # type: ignore[arg-type]
        with pytest.raises(NotAllowedError) as refusal:
            await gate.identify(header)
        assert refusal.value.status == 401

    asyncio.run(ask())


async def test_a_token_without_signature_is_refused(rig: Rig) -> None:
    token = jwt.encode(
        {"iss": "https://api.botframework.com", "aud": APP_ID}, "", algorithm="none", headers={"kid": "key-1"}
    )
    await refused(rig, token)


async def test_a_public_key_used_as_a_secret_is_refused(rig: Rig) -> None:
    """The confusion of HS256 with RS256: PyJWT will not make such a token, so it is put together by hand."""
    pem = key(1).public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    good = jwt.decode(rig.teams.token(rig.clock.now()), options={"verify_signature": False})
    signed = f"{part({'alg': 'HS256', 'kid': 'key-1'})}.{part(good)}"
    mac = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    await refused(rig, f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


async def test_a_token_signed_by_somebody_else_is_refused(rig: Rig) -> None:
    await refused(rig, rig.teams.token(rig.clock.now(), number=2, kid="key-1"))


async def test_an_altered_token_is_refused(rig: Rig) -> None:
    head, _, signature = rig.teams.token(rig.clock.now()).split(".")
    good = jwt.decode(rig.teams.token(rig.clock.now()), options={"verify_signature": False})
    await refused(rig, f"{head}.{part({**good, 'aud': APP_ID, 'exp': good['exp'] + HOUR})}.{signature}")


async def test_a_token_of_another_service_address_is_refused(rig: Rig) -> None:
    await refused(rig, rig.teams.token(rig.clock.now(), serviceurl="https://smba.trafficmanager.net/uk/"), 403)


async def test_a_key_that_is_not_endorsed_for_teams_is_refused(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(sqlite_store) as rig:
        rig.teams.endorsements = ["webchat"]
        await rig.adapter.keys.fetch()
        await refused(rig, rig.teams.token(rig.clock.now()), 403)


async def test_a_key_without_a_list_of_channels_serves_all(rig: Rig) -> None:
    rig.teams.endorsements = None
    await rig.adapter.keys.fetch()
    assert (await rig.post(rig.activity(text="hello"))).status == 200


@pytest.mark.parametrize(
    "values",
    [
        {"channelData": {"tenant": {"id": "evil"}}},
        {"conversation": {"id": "a:1", "conversationType": "personal", "tenantId": "evil"}},
        {"conversation": {"id": "a:1", "conversationType": "personal"}, "channelData": {}},
        {"channelId": "webchat"},
        {"channelId": None},
        {"serviceUrl": "https://evil.example/"},
        {"serviceUrl": None},
    ],
    ids=str,
)
async def test_another_tenant_channel_or_host_is_refused(rig: Rig, values: dict[str, Any]) -> None:
    """In the first two the other place still names the right tenant: both are compared."""
    token = rig.teams.token(rig.clock.now(), serviceurl=values.get("serviceUrl") or rig.teams.url)
    await refused(rig, token, 403, **values)
    assert not rig.teams.sent


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b'"x"',
        b"\xff\xfe",
        b'{"type": 5}',
        b"{}",
        b"[" * 100_000,
        b'{"type":"message","entities":"x"}',
    ],
)
async def test_a_body_that_is_no_activity_is_refused_without_a_5xx(rig: Rig, raw: bytes) -> None:
    assert (await rig.post(None, raw=raw)).status in {400, 403}


async def test_a_signed_body_of_bad_json_is_a_400(rig: Rig) -> None:
    assert (await rig.post(None, raw=b'{"type": "message", ')).status == 400


async def test_a_huge_body_is_refused(rig: Rig) -> None:
    assert (await rig.post(None, raw=b'{"type":"message","text":"' + b"x" * 2_000_000 + b'"}')).status == 413


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "type",
    "id",
    "name",
    "text",
    "value",
    "entities",
    "from",
    "recipient",
    "membersAdded",
    "replyToId",
    "timestamp",
    "attachments",
    "action",
]


async def test_signed_activities_of_any_shape_never_cause_a_5xx(rig: Rig) -> None:
    """A thousand odd shapes: each is taken, or refused with a 4xx, and the bot goes on."""
    kinds = ["message", "invoke", "conversationUpdate", "installationUpdate"]
    names = ["adaptiveCard/action", "task/fetch", "task/submit", "composeExtension/fetchTask", "application/search"]
    seen: set[int] = set()
    odd: list[dict[str, Any]] = []

    @settings(max_examples=150, deadline=None, database=None)
    @given(
        st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4),
        st.sampled_from(kinds),
        st.sampled_from(names),
    )
    def collect(changes: dict[str, Any], kind: str, name: str) -> None:
        odd.append({"type": kind, "name": name, **changes})

    collect()
    for changes in odd:
        response = await rig.post(rig.activity() | changes)
        seen.add(response.status)
        assert response.status < 500, changes
    await rig.work()
    assert 200 in seen
    assert (await rig.post(rig.activity(text="still there?"))).status == 200


async def test_nothing_of_a_refused_request_is_logged(rig: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    canary = "my brother is Councillor Canary"
    await rig.post(rig.activity(text=canary), token="Bearer-of-bad-news")
    await rig.post(rig.activity(text=canary, channelData={"tenant": {"id": canary}}))
    await rig.post(None, raw=f'{{"type": "{canary}"'.encode())
    await rig.post(rig.activity(canary, name=canary))
    await rig.post(rig.activity("invoke", name=canary, value={canary: canary}))
    out = capfd.readouterr()
    assert "teams.refused" in out.out + out.err
    assert "Canary" not in out.out + out.err


# --- keys ----------------------------------------------------------------------------------


async def test_a_new_key_is_accepted_with_the_next_request(rig: Rig) -> None:
    assert (await rig.post(rig.activity(text="hello"))).status == 200
    rig.teams.published = [2, 3]
    assert (await rig.post(rig.activity(text="hello"), token=rig.teams.token(rig.clock.now(), number=2))).status == 200
    assert (await rig.post(rig.activity(text="hello"), token=rig.teams.token(rig.clock.now(), number=3))).status == 200


async def test_unknown_keys_cause_one_fetch_in_two_minutes(rig: Rig) -> None:
    await rig.tell(rig.activity(text="hello"))
    before = rig.teams.key_fetches
    for number in range(20):
        await refused(rig, rig.teams.token(rig.clock.now(), number=2, kid=f"unknown-{number}"))
    assert rig.teams.key_fetches == before + 1
    rig.clock.forward(seconds=AFTER_UNKNOWN_KEY.total_seconds() + 1)
    await refused(rig, rig.teams.token(rig.clock.now(), number=2, kid="unknown"))
    assert rig.teams.key_fetches == before + 2


async def test_the_last_good_keys_are_kept_while_the_host_is_down(rig: Rig) -> None:
    await rig.post(rig.activity(text="hello"))
    rig.teams.metadata_down = True
    rig.clock.forward(hours=30)
    for _ in range(2):
        assert (await rig.post(rig.activity(text="hello"))).status == 200
    assert not rig.adapter.problems()


async def test_without_any_keys_everything_is_refused_and_readiness_says_why(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(sqlite_store, teams_openid_metadata_url="http://127.0.0.1:9/metadata") as rig:
        await refused(rig, rig.teams.token(rig.clock.now()))
        assert "TEAMS_OPENID_METADATA_URL" in rig.adapter.problems()[0]


async def test_keys_are_fetched_again_in_the_background_once_they_are_old(rig: Rig) -> None:
    await rig.post(rig.activity(text="hello"))
    before = rig.teams.key_fetches
    rig.clock.forward(seconds=timedelta(hours=2).total_seconds())
    assert (await rig.post(rig.activity(text="hello"))).status == 200
    await settled(rig.adapter.keys)
    assert rig.teams.key_fetches == before + 1


async def test_a_silent_login_host_delays_nobody_whose_key_is_known(rig: Rig) -> None:
    assert (await rig.post(rig.activity(text="hello"))).status == 200
    await rig.work()
    rig.teams.login_gate = asyncio.Event()
    rig.clock.forward(hours=30)
    waiting = asyncio.create_task(
        rig.post(rig.activity(text="hello"), token=rig.teams.token(rig.clock.now(), number=2))
    )
    for _ in range(3):
        assert (await rig.post(rig.activity(text="hello"))).status == 200
    assert (await rig.client.get("/livez")).status == 200
    assert not waiting.done()
    rig.teams.login_gate.set()
    assert (await waiting).status == 401


# --- without tokens, for the Agents Playground ---------------------------------------------


async def test_unsigned_requests_are_let_in_only_where_that_was_asked_for_by_name(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(sqlite_store, teams_unauthenticated="loopback", teams_service_hosts=()) as rig:
        assert (await rig.post(rig.activity(text="hello"), token="")).status == 200
        assert (await rig.post(rig.activity(text="hello", serviceUrl="http://evil.example/"), token="")).status == 403
        await rig.work()
        assert [sent.authorization for sent in rig.teams.sent] == [""], "no token goes to a client on this machine"


async def test_a_web_page_cannot_speak_to_an_unsigned_bot_on_this_machine(sqlite_store: SqlStore) -> None:
    async with bot_on_teams(sqlite_store, teams_unauthenticated="loopback") as rig:
        headers = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
        data = json.dumps(rig.activity(text="hello")).encode()
        assert (await rig.client.post("/api/messages", data=data, headers=headers)).status == 403
        assert await rig.reception.work_waiting() == 0
