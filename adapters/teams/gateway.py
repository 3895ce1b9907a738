"""The Bot Framework SDK, mended: its adapter and turns, with our own authentication and connector.

Everything that the SDK would do slowly, synchronously or wrongly is replaced by parts of ours
(docs/adr/0004-teams-sdk.md). No other module of the product but this one and the connector
imports botbuilder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
)
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)

from adapters.teams.activities import BadActivityError
from adapters.teams.auth import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.teams.activities import Incoming
    from adapters.teams.connector import Connector

    Connect = Callable[[str], Connector]


class _Connectors(ConnectorFactory):  # type: ignore[misc]  # the SDK is untyped
    """Gives the SDK our connector for each service address."""

    def __init__(self, connect: Connect) -> None:
        self.connect = connect

    async def create(self, service_url: str, audience: str) -> Connector:  # noqa: ARG002 - the SDK's signature
        return self.connect(service_url)


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]  # the SDK is untyped
    """Stands where the SDK wants its own: who may come in is decided by :mod:`adapters.teams.auth` before."""

    def __init__(self, app_id: str, connect: Connect) -> None:
        self.connectors = _Connectors(connect)
        self.identity = ClaimsIdentity({"aud": app_id, "appid": app_id}, is_authenticated=True)

    def admitted(self) -> AuthenticateRequestResult:
        """What the SDK wants to know of a request that was let in."""
        result = AuthenticateRequestResult()
        result.claims_identity = self.identity
        result.connector_factory = self.connectors
        return result

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:  # noqa: ARG002
        raise PermissionError("requests are checked before they come here")

    async def authenticate_streaming_request(
        self,
        auth_header: str,  # noqa: ARG002
        channel_id_header: str,  # noqa: ARG002
    ) -> AuthenticateRequestResult:
        raise PermissionError("there are no streaming requests")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:  # noqa: ARG002
        return self.connectors

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:  # noqa: ARG002
        return None


class Gateway(CloudAdapterBase):  # type: ignore[misc]  # the SDK is untyped
    """The SDK's adapter: a turn for each activity that comes in, and one for each that goes out."""

    def __init__(self, app_id: str, connect: Connect) -> None:
        self.authentication = _Authentication(app_id, connect)
        super().__init__(self.authentication)

    async def receive(
        self, incoming: Incoming, work: Callable[[Incoming], Awaitable[Mapping[str, Any] | None]]
    ) -> Mapping[str, Any] | None:
        """Run a turn for an activity that was let in; the body of the answer, where the work gives one.

        Raises:
            BadActivityError: a part of it has a shape that no activity has.
        """
        try:
            activity = Activity().deserialize(incoming.raw)
        except Exception:  # noqa: BLE001 - msrest raises several kinds, and the text of each quotes the body
            raise BadActivityError("The body is not an activity.") from None
        if not isinstance(activity, Activity):
            raise BadActivityError("The body is not an activity.")

        async def turn(context: TurnContext) -> None:
            body = await work(incoming)
            if body is not None:
                response = InvokeResponse(status=200, body=body)
                await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))

        answer = await self.process_activity(self.authentication.admitted(), activity, turn)
        # The stock adapter serialises the body a second time and fails on every dict (platforms.md, Teams trap 1).
        return answer.body if answer is not None else None

    async def post(self, reference: Mapping[str, Any], message: Mapping[str, Any], *, instead_of: str = "") -> str:
        """Post a message to the conversation of a reference; its id.

        Args:
            instead_of: the id of a message whose place it takes.
        """
        kept = ConversationReference().deserialize(dict(reference))
        start = Activity(
            type=ActivityTypes.event,
            id=kept.activity_id,  # the SDK would invent one, and answer to a message that does not exist
            channel_id=kept.channel_id or CHANNEL,
            service_url=kept.service_url,
            conversation=kept.conversation,
            recipient=kept.bot,
            from_property=kept.user,
        )
        activity = Activity().deserialize(dict(message))
        taken: list[str] = []

        async def turn(context: TurnContext) -> None:
            if instead_of:
                activity.id = instead_of
                response = await context.update_activity(activity)
            else:
                response = await context.send_activity(activity)
            taken.append(response.id if response and response.id else "")

        await self.process_proactive(self.authentication.identity, start, "", turn)
        return taken[0]

    async def open_private(self, *, service_url: str, bot_id: str, user_id: str, tenant: str) -> str:
        """The id of the private conversation with a person of whom no reference is kept yet."""
        parameters = ConversationParameters(
            is_group=False,
            bot=ChannelAccount(id=bot_id),
            members=[ChannelAccount(id=user_id)],
            tenant_id=tenant,
            channel_data={"tenant": {"id": tenant}},
        )
        found: list[ConversationAccount] = []

        async def turn(context: TurnContext) -> None:
            found.append(context.activity.conversation)

        await self.create_conversation("", turn, parameters, CHANNEL, service_url)
        return str(found[0].id)
