"""The HTTP shape of a kept image."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.catalog.domain.image import KeptImage


class ImageResponse(BaseModel):
    """What was kept: the picture, written anew. `sha256` is what a listing names it by, `address` where it is shown."""

    sha256: str
    address: str
    media_type: str
    width: int
    height: int
    size: int = Field(description="In bytes.")
    codes: list[str] = Field(description="The texts of the QR codes in it, which a listing may not show (4.4.4).")
    created_at: datetime

    @classmethod
    def of(cls, image: KeptImage) -> Self:
        return cls(
            sha256=image.sha256,
            address=f"/v1/images/{image.sha256}",
            media_type=image.media_type,
            width=image.width,
            height=image.height,
            size=image.size,
            codes=list(image.codes),
            created_at=image.created_at,
        )
