"""Draws the pictures that the catalog's tests upload."""

from io import BytesIO

import zxingcpp
from PIL import Image, ImageDraw


def a_picture(width=256, height=256, colour="#2468ac", mode="RGB"):
    picture = Image.new(mode, (width, height), 0 if mode in ("1", "L", "P", "LA", "I;16") else colour)
    ImageDraw.Draw(picture).rectangle((width // 4, height // 4, width // 2, height // 2), fill=1 if mode == "1" else 99)
    return picture


def a_code(text, scale=5):
    """A picture of a QR code."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(code.to_image(scale=scale)).convert("RGB")


def with_code(text, width=800, height=600):
    picture = a_picture(width, height)
    picture.paste(a_code(text), (width // 3, height // 4))
    return picture


def a_file(picture=None, kind="PNG", **values):
    written = BytesIO()
    (picture or a_picture()).save(written, kind, **values)
    return written.getvalue()
