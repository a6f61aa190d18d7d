"""A picture as it is kept: decoded within limits and written anew, so that nothing else of the file is left."""

import struct
import warnings
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps

from services.catalog.domain.errors import AnimatedImage, BrokenImage, ImageTooLarge

MOST_BYTES = 5_000_000
MOST_PIXELS = {"image/png": 4096 * 4096, "image/jpeg": 4096 * 4096, "image/webp": 4096 * 2048}
"""A decoded pixel takes four bytes of the process, several times over; of WebP, which is never read by lines, most."""
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
MEDIA_TYPES = tuple(_FORMATS)
_WRITTEN = {"image/png": {}, "image/jpeg": {"quality": 90}, "image/webp": {"quality": 90}}
_MODES = {
    "image/png": ("1", "L", "LA", "P", "RGB", "RGBA"),
    "image/jpeg": ("L", "RGB"),
    "image/webp": ("RGB", "RGBA"),
}
_CODES = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.MicroQRCode, zxingcpp.BarcodeFormat.RMQRCode)
# Each scan of a progressive JPEG may be a few bytes, and goes over every pixel.
_SCAN, _MOST_SCANS = b"\xff\xda", 50
_MOST_CODES, _CODE_LENGTH = 20, 500

Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())


@dataclass(frozen=True, slots=True)
class Picture:
    """What was read out of an uploaded file. `perceptual` is its hash by looks, as a signed 64-bit number."""

    content: bytes
    media_type: str
    width: int
    height: int
    codes: tuple[str, ...]
    perceptual: int


@dataclass(frozen=True, slots=True)
class KeptImage:
    """One account's image. The same picture of two accounts is kept twice and lies in one file."""

    sha256: str
    account_id: str
    media_type: str
    width: int
    height: int
    size: int
    codes: tuple[str, ...]
    perceptual: int
    created_at: datetime


def read(data: bytes, media_type: str) -> Picture:
    """Decodes the file and writes it anew. Too many pixels are refused before any of them is decoded."""
    if media_type == "image/webp":
        _refuse_large(*_canvas_of_webp(data), media_type)
    if media_type == "image/jpeg" and data.count(_SCAN) > _MOST_SCANS:
        raise BrokenImage("The image is built up in more steps than any camera or program takes")
    try:
        content, grey, shape = _written_anew(data, media_type)
    except Image.DecompressionBombError:
        raise _too_large(media_type) from None
    except (AnimatedImage, ImageTooLarge):
        raise
    except Exception as error:
        # Whatever a decoder stumbles over, and however it says so, is a fault of the file.
        raise BrokenImage("The file is damaged, incomplete or no such image") from error
    if len(content) > 2 * MOST_BYTES:
        raise ImageTooLarge(f"Written anew the image has {len(content)} bytes", most_bytes=2 * MOST_BYTES)
    codes = tuple(dict.fromkeys((*_codes(grey), *(_codes(shape) if shape else ()))))[:_MOST_CODES]
    return Picture(content, media_type, grey.width, grey.height, codes, _perceptual(grey))


def _written_anew(data: bytes, media_type: str) -> tuple[bytes, Image.Image, Image.Image | None]:
    """The file as it is kept, its shades of grey and what of it can be seen through; the decoded colours are gone when
    those are looked at.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        opened = Image.open(BytesIO(data), formats=[_FORMATS[media_type]])
    _refuse_large(*opened.size, media_type)
    if media_type != "image/jpeg" and getattr(opened, "is_animated", False):
        raise AnimatedImage("The image moves; send a still one", frames=getattr(opened, "n_frames", 0))
    opened.load()
    picture = _plain(opened, media_type)
    written = BytesIO()
    picture.save(written, _FORMATS[media_type], **_WRITTEN[media_type])
    return written.getvalue(), _grey(picture), _shape(picture)


def _plain(opened: Image.Image, media_type: str) -> Image.Image:
    """Upright, in a mode that its format holds, and without anything that came along."""
    ImageOps.exif_transpose(opened, in_place=True)
    picture = opened
    if picture.mode not in _MODES[media_type]:
        picture = picture.convert("RGBA" if picture.has_transparency_data and "jpeg" not in media_type else "RGB")
    # Which colour of a palette is transparent is told beside the pixels; nothing else of what is told there is kept.
    transparent = picture.info.get("transparency") if media_type == "image/png" else None
    picture.info = {} if transparent is None else {"transparency": transparent}
    return picture


def _grey(picture: Image.Image) -> Image.Image:
    """What is transparent is looked at on white, as a page shows it."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    seen = picture if picture.mode in ("RGBA", "LA") else picture.convert("RGBA")
    grey = Image.new("L", seen.size, 255)
    grey.paste(seen.convert("L"), mask=seen.getchannel("A"))
    return grey


def _shape(picture: Image.Image) -> Image.Image | None:
    """A code in white on nothing is seen on a dark page alone."""
    if not picture.has_transparency_data:
        return None
    shape = (picture if picture.mode in ("RGBA", "LA") else picture.convert("RGBA")).getchannel("A")
    return None if shape.getextrema()[0] == 255 else shape


def _codes(grey: Image.Image) -> tuple[str, ...]:
    # Made for each picture: one that is kept for ever is complained of on stderr when the process ends.
    formats = zxingcpp.BarcodeFormats(list(_CODES))
    found = zxingcpp.read_barcodes(grey, formats=formats)
    texts = (code.text.replace("\0", "")[:_CODE_LENGTH] for code in found)
    return tuple(dict.fromkeys(texts))[:_MOST_CODES]


def _perceptual(grey: Image.Image) -> int:
    # It brings scipy along, which only a process that takes images needs.
    from imagehash import phash

    number = int(str(phash(grey)), 16)
    return number - (1 << 64) if number >> 63 else number


def _canvas_of_webp(data: bytes) -> tuple[int, int]:
    """Read by hand: the library makes room for the canvas when it opens the file."""
    kind, body = data[12:16], data[20:30]
    try:
        if kind == b"VP8X":
            return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
        if kind == b"VP8L":
            (bits,) = struct.unpack_from("<I", body, 1)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        width, height = struct.unpack_from("<HH", body, 6)
    except struct.error:
        raise BrokenImage("The file ends before the image begins") from None
    return width & 0x3FFF, height & 0x3FFF


def _refuse_large(width: int, height: int, media_type: str) -> None:
    if width * height > MOST_PIXELS[media_type]:
        raise _too_large(media_type)


def _too_large(media_type: str) -> ImageTooLarge:
    most = MOST_PIXELS[media_type]
    return ImageTooLarge(f"An {media_type} has at most {most} pixels", most_pixels=most)
