"""Images of listings: uploaded by providers, shown to everybody while a visible listing shows them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from services.catalog.domain import image as images
from services.catalog.domain.errors import AnimatedImage, BrokenImage, ImageTooLarge, ProviderUnknown, TooManyImages
from services.catalog.domain.image import Picture
from services.catalog.queries import images as queries
from services.catalog.schemas.images import ImageResponse
from services.catalog.use_cases import images as use_cases
from shared.blobs import Blobbed, UnknownContent, sniff
from shared.errors import Forbidden, Invalid, KeyRequired, KeyReused, NotFound, TooLarge, Unauthenticated
from shared.http.auth import Caller, Role, caller_of, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.problems import problems
from shared.http.uploads import WholeBody, upload

router = APIRouter()

CanUpload = Annotated[Caller, requires(Role.PROVIDER)]
_STAFF = (Role.REVIEWER, Role.OFFICER, Role.AUDITOR)
_FILE = {"schema": {"type": "string", "format": "binary"}}
# One at a time: a decoded image is large, and decoding is work for a whole core.
_READER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="image")


async def _picture(content: WholeBody) -> Picture:
    if not content:
        message = "send the file as the body"
        raise Invalid("The file is empty", errors=[{"pointer": "", "in": "body", "message": message}])
    media_type = sniff(content)
    if media_type not in images.MEDIA_TYPES:
        raise UnknownContent("Only PNG, JPEG and WebP are images here")
    return await asyncio.get_running_loop().run_in_executor(_READER, images.read, content, media_type)


async def _visitor(request: Request) -> Caller | None:
    """Who asks, if they say so. An unusable token is as good as none."""
    try:
        return await caller_of(request)
    except Unauthenticated:
        return None


Sent = Annotated[Picture, Depends(_picture)]
"""The image that was sent, read before a transaction is open."""
Visitor = Annotated[Caller | None, Depends(_visitor)]


@router.post(
    "/images",
    operation_id="upload_image",
    status_code=201,
    response_model=ImageResponse,
    responses=problems(
        Unauthenticated, Forbidden, KeyRequired, KeyReused, Invalid, UnknownContent, BrokenImage, AnimatedImage,
        ImageTooLarge, TooLarge, ProviderUnknown, TooManyImages,
    ),
    openapi_extra=upload(images.MOST_BYTES, *images.MEDIA_TYPES),
)  # fmt: skip
async def upload_image(caller: CanUpload, picture: Sent, tx: Tx, blobs: Blobbed, once: Once) -> Response:
    """The body is the file itself, up to 5 MB. Kept is the picture alone, written anew; the same one again is known."""
    if (kept := await once.kept()) is not None:
        return kept
    image = await use_cases.keep_image(tx, blobs, caller.subject, picture)
    return once.answer(201, ImageResponse.of(image), location=f"/v1/images/{image.sha256}")


@router.get(
    "/images/{sha256}",
    operation_id="show_image",
    response_class=Response,
    responses={
        200: {"description": "The image.", "content": dict.fromkeys(images.MEDIA_TYPES, _FILE)},
        304: {"description": "Unchanged since the ETag of If-None-Match"},
        **problems(NotFound, Invalid),
    },
)
async def show_image(
    tx: Tx,
    visitor: Visitor,
    blobs: Blobbed,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """For everybody while a visible listing shows it, otherwise only for its account and for staff."""
    subject, is_staff = (visitor.subject, visitor.has(*_STAFF)) if visitor else ("", False)
    shown = await queries.image(tx, sha256, subject, is_staff=is_staff)
    tag = f'"{sha256}"'
    headers = {
        "etag": tag,
        # The bytes under an address never change; whether everybody may see them can, so they are asked for each time.
        "cache-control": "public, no-cache" if shown.is_public else "private, no-cache",
        "vary": "Authorization",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    if if_none_match is not None and tag in (known.strip().removeprefix("W/") for known in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(await blobs.get(sha256), headers=headers, media_type=shown.image.media_type)
