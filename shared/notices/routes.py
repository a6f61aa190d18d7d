"""The inbox by REST: a service includes `notice_router(Role.…)` in its own router."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from shared.addresses import parse_networks
from shared.errors import Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, VersionRequired
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems, wants_english
from shared.http.versions import IfMatch, etag
from shared.notices import inbox
from shared.notices.channels import Channels, channels_of, choose_channels, renew_webhook_secret
from shared.notices.errors import ChannelNotOffered, ChannelOff, WebhookAddressDenied
from shared.notices.schemas import (
    ChannelsRequest,
    ChannelsResponse,
    NoticeResponse,
    RedeliveryRequest,
    WebhookSecretResponse,
)
from shared.personal.http import Vaulted

_DENIED = (Unauthenticated, Forbidden, Invalid)
_VERSIONED = (VersionRequired, StaleVersion)
Languages = Annotated[str, Header(alias="Accept-Language", max_length=500, description="zh-CN unless en is preferred.")]


def notice_router(*roles: Role) -> APIRouter:
    """The inbox of whoever calls: the subject of the token is the recipient."""
    router = APIRouter(prefix="/notices", tags=["notices"])
    may = requires(*roles)
    _add_channels(router, may)
    _add_webhook_secret(router, may)
    _add_reading(router, may)
    _add_acting(router, may)
    return router


def _add_reading(router: APIRouter, may: Caller) -> None:
    @router.get("", operation_id="list_notices", response_model=PageOf[NoticeResponse], responses=problems(*_DENIED))
    async def list_notices(
        tx: Tx,
        response: Response,
        paging: Paging,
        unread: Annotated[bool | None, Query(description="Only those not read yet, or only those read.")] = None,
        languages: Languages = "",
        caller: Caller = may,
    ) -> PageOf[NoticeResponse]:
        """Your own notices, newest first."""
        before = UUID(paging.after["id"]) if paging.after else None
        rows = await inbox.notices(tx, caller.subject, unread, before, paging.limit + 1)
        language = _language(response, languages)
        return paging.page([NoticeResponse.of(row, language) for row in rows], lambda item: {"id": str(item.notice_id)})

    @router.get(
        "/{notice_id}",
        operation_id="read_notice",
        response_model=NoticeResponse,
        responses=problems(*_DENIED, NotFound),
    )
    async def read_notice(
        tx: Tx, response: Response, notice_id: UUID, languages: Languages = "", caller: Caller = may
    ) -> NoticeResponse:
        """A notice of yours, and how far it came over each channel."""
        row = await inbox.notice(tx, caller.subject, notice_id)
        return NoticeResponse.of(row, _language(response, languages))


def _add_acting(router: APIRouter, may: Caller) -> None:
    @router.post(
        "/{notice_id}/read",
        operation_id="mark_notice_read",
        response_model=NoticeResponse,
        responses=problems(*_DENIED, NotFound),
    )
    async def mark_notice_read(
        tx: Tx, response: Response, notice_id: UUID, languages: Languages = "", caller: Caller = may
    ) -> NoticeResponse:
        """Marking it again changes nothing: the first time counts."""
        await inbox.mark_read(tx, caller.subject, notice_id)
        row = await inbox.notice(tx, caller.subject, notice_id)
        return NoticeResponse.of(row, _language(response, languages))

    @router.post(
        "/{notice_id}/redelivery",
        operation_id="redeliver_notice",
        response_model=NoticeResponse,
        responses=problems(*_DENIED, NotFound, ChannelOff),
    )
    async def redeliver_notice(
        tx: Tx,
        response: Response,
        notice_id: UUID,
        asked: RedeliveryRequest,
        languages: Languages = "",
        caller: Caller = may,
    ) -> NoticeResponse:
        """Sends it again under the same id. Asking twice sends once: what waits anyway is left as it is."""
        await inbox.deliver_again(tx, caller.subject, notice_id, asked.channel)
        row = await inbox.notice(tx, caller.subject, notice_id)
        return NoticeResponse.of(row, _language(response, languages))


def _add_channels(router: APIRouter, may: Caller) -> None:
    @router.get(
        "/channels",
        operation_id="read_notice_channels",
        response_model=ChannelsResponse,
        responses=problems(*_DENIED),
    )
    async def read_notice_channels(
        tx: Tx, request: Request, response: Response, caller: Caller = may
    ) -> ChannelsResponse:
        """Where your notices go, beside the inbox, and the ETag for changes."""
        return _channels(request, response, await channels_of(tx, caller.subject))

    @router.put(
        "/channels",
        operation_id="choose_notice_channels",
        response_model=ChannelsResponse,
        responses=problems(*_DENIED, *_VERSIONED, WebhookAddressDenied, ChannelNotOffered),
    )
    async def choose_notice_channels(
        tx: Tx,
        request: Request,
        response: Response,
        version: IfMatch,
        chosen: ChannelsRequest,
        caller: Caller = may,
    ) -> ChannelsResponse:
        """What waits for a channel that you switch off is no longer sent."""
        settings = request.app.state.settings
        if chosen.e_mail and not settings.offers_e_mail:
            raise ChannelNotOffered("This market sends no e-mail; the inbox and the webhook tell the same.")
        channels = await choose_channels(
            tx,
            caller.subject,
            version,
            webhook_url=chosen.webhook_url,
            e_mail=chosen.e_mail,
            allowed=parse_networks(settings.notice_allow_networks),
        )
        return _channels(request, response, channels)


def _add_webhook_secret(router: APIRouter, may: Caller) -> None:
    @router.post(
        "/channels/webhook-secret",
        operation_id="renew_webhook_secret",
        response_model=WebhookSecretResponse,
        responses=problems(*_DENIED, *_VERSIONED),
    )
    async def make_webhook_secret(
        tx: Tx, vault: Vaulted, response: Response, version: IfMatch, caller: Caller = may
    ) -> WebhookSecretResponse:
        """A new secret, told this once. It carries no Idempotency-Key, so that no answer with a secret is kept."""
        secret, channels = await renew_webhook_secret(tx, caller.subject, version, vault)
        response.headers.update({"etag": etag(channels.version), "cache-control": "no-store"})
        until = channels.previous_until if channels.previous_secret is not None else None
        return WebhookSecretResponse(webhook_secret=secret, previous_signs_until=until)


def _channels(request: Request, response: Response, channels: Channels) -> ChannelsResponse:
    response.headers["etag"] = etag(channels.version)
    return ChannelsResponse.of(channels, e_mail_offered=request.app.state.settings.offers_e_mail)


def _language(response: Response, languages: str) -> str:
    english = wants_english(languages)
    response.headers.update({"vary": "Accept-Language", "content-language": "en" if english else "zh-CN"})
    return "en" if english else "zh"
