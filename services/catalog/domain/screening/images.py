"""What is wrong with the images of a listing: QR codes, which lead off the market (4.4.4), and sizes (4.3.3)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import SeenImage, Subject

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

LOGO_SIDES = (128, 2048)
SCREENSHOT_SIDES = (320, 4096)
SQUARE = 1.1
"""How much longer than the other a side of a logo may be."""

_SHOWN = 80
_CODE = Said("图片含有二维码。", "The image shows a QR code.")
_CODE_ADVICE = Said(
    "删除图片中的二维码，沟通与订购应在平台内进行。",
    "Remove the code; merchants order and reach you through the platform.",
)


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    for field, address in subject.content.images():
        seen = subject.seen.images.get(address)
        if seen is None:
            continue
        for code in seen.codes:
            matched = "".join(char for char in code if char.isprintable())[:_SHOWN]
            yield Finding("qr-code", "4.4.4", Severity.BLOCKS, field, 0, 0, matched, _CODE, _CODE_ADVICE)
        yield from _unfit(field, seen)


def _unfit(field: str, seen: SeenImage) -> Iterator[Finding]:
    if field == "logo":
        yield from _sides(field, seen, *LOGO_SIDES)
        if max(seen.width, seen.height) > SQUARE * min(seen.width, seen.height):
            yield _size(field, seen, Said("Logo应接近正方形。", "A logo is about as wide as it is high."))
    elif field != "details":
        yield from _sides(field, seen, *SCREENSHOT_SIDES)


def _sides(field: str, seen: SeenImage, least: int, most: int) -> Iterator[Finding]:
    if min(seen.width, seen.height) < least or max(seen.width, seen.height) > most:
        yield _size(field, seen, Said(f"边长应为{least}至{most}像素。", f"Its sides have {least} to {most} pixels."))


def _size(field: str, seen: SeenImage, advice: Said) -> Finding:
    size = f"{seen.width} × {seen.height}"
    why = Said(f"图片为{size}像素。", f"The image has {size} pixels.")
    return Finding("image-size", "4.3.3", Severity.WARNS, field, 0, 0, size, why, advice)
