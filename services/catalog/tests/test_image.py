"""What is left of an uploaded file is its picture; what is no picture, moves, or is too large is refused."""

import struct
import tracemalloc
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from services.catalog.domain import image
from services.catalog.domain.errors import AnimatedImage, BrokenImage, ImageTooLarge
from services.catalog.tests.drawing import a_code, a_file, a_picture, with_code

KINDS = [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]


@pytest.mark.parametrize(("kind", "media_type"), KINDS)
def test_nothing_that_came_along_is_kept(kind, media_type):
    exif = Image.Exif()
    exif[0x010E] = "who took it"
    sent = a_file(kind=kind, exif=exif) + b"<script>alert(1)</script>"
    kept = image.read(sent, media_type)
    assert b"who took it" in sent
    assert b"who took it" not in kept.content
    assert b"script" not in kept.content
    assert (kept.width, kept.height) == Image.open(BytesIO(kept.content)).size == (256, 256)


def test_texts_and_profiles_of_a_png_are_not_kept():
    texts = PngInfo()
    texts.add_text("comment", "hidden words")
    kept = image.read(a_file(pnginfo=texts, icc_profile=b"hidden profile"), "image/png")
    assert set(Image.open(BytesIO(kept.content)).info) == set()


def test_a_picture_that_was_taken_sideways_is_kept_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = image.read(a_file(a_picture(60, 40), "JPEG", exif=exif), "image/jpeg")
    assert (kept.width, kept.height) == (40, 60)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_colour_is_taken(mode):
    assert image.read(a_file(a_picture(mode=mode)), "image/png").width == 256


def test_what_was_kept_is_kept_the_same_when_it_comes_again():
    kept = image.read(a_file(), "image/png")
    assert image.read(kept.content, "image/png").content == kept.content


@pytest.mark.parametrize(("kind", "media_type"), KINDS)
def test_the_text_of_a_qr_code_is_read(kind, media_type):
    kept = image.read(a_file(with_code("wxp://f2f0pay"), kind), media_type)
    assert kept.codes == ("wxp://f2f0pay",)


@pytest.mark.parametrize("colour", ["white", "black"])
def test_a_code_that_is_seen_on_some_pages_only_is_read(colour):
    code = a_code("wxp://f2f0pay").convert("L")
    through = Image.new("RGBA", code.size, colour)
    through.putalpha(code)
    assert image.read(a_file(through), "image/png").codes == ("wxp://f2f0pay",)


def test_pictures_that_look_alike_have_hashes_that_differ_in_few_bits():
    first, smaller, other = a_picture(512, 512), a_picture(300, 300), with_code("x")
    hashes = [image.read(a_file(picture), "image/png").perceptual for picture in (first, smaller, other)]
    assert all(-(2**63) <= number < 2**63 for number in hashes)
    assert (hashes[0] ^ hashes[1]).bit_count() <= 6 < ((hashes[0] ^ hashes[2]) % 2**64).bit_count()


@pytest.mark.parametrize(("kind", "media_type"), KINDS)
def test_a_file_that_ends_early_is_broken_wherever_it_ends(kind, media_type):
    whole = a_file(kind=kind)
    for length in range(0, len(whole) - 12, max(1, len(whole) // 15)):
        with pytest.raises(BrokenImage):
            image.read(whole[:length], media_type)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_image_that_moves_is_refused(kind):
    frames = [a_picture(64, 64, colour) for colour in ("red", "blue")]
    with pytest.raises(AnimatedImage):
        image.read(a_file(frames[0], kind, save_all=True, append_images=frames[1:]), f"image/{kind.lower()}")


def a_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_png(width, height, pixels):
    header = a_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + a_chunk(b"IDAT", zlib.compress(pixels, 9)) + a_chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(4097, 4096), (5000, 5000), (30_000, 30_000), (2**31 - 1, 1)])
def test_a_small_file_with_too_many_pixels_is_refused_before_it_is_decoded(size):
    with pytest.raises(ImageTooLarge):
        image.read(a_png(size[0], size[1], bytes(1_000_000)), "image/png")


@pytest.mark.parametrize(("size", "is_read"), [((4096, 2048), True), ((4096, 2049), False)])
def test_webp_which_takes_most_memory_may_have_half_the_pixels(size, is_read):
    sent = a_file(Image.new("L", size), "WEBP", lossless=True)
    if is_read:
        assert image.read(sent, "image/webp").width == 4096
        return
    with pytest.raises(ImageTooLarge):
        image.read(sent, "image/webp")


def test_a_canvas_of_webp_is_measured_before_it_is_made():
    header = b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\xfe\x3f\0" * 2 + b"ANIM\x06\0\0\0\0\0\0\0\0\0"
    with pytest.raises(ImageTooLarge):
        image.read(header, "image/webp")


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_what_is_packed_beside_the_picture_is_never_unpacked_at_length(kind):
    packed = zlib.compress(bytes(60_000_000), 9)
    values = {b"zTXt": b"k\0\0" + packed, b"iTXt": b"k\0\1\0\0\0" + packed, b"iCCP": b"k\0\0" + packed}
    plain = a_file(a_picture(64, 64))
    bomb = plain[:33] + a_chunk(kind, values[kind]) + plain[33:]
    tracemalloc.start()
    try:
        with suppress(BrokenImage):
            assert image.read(bomb, "image/png").width == 64
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_pixels_beyond_the_size_that_was_declared_are_not_unpacked():
    with suppress(BrokenImage):
        assert image.read(a_png(64, 64, bytes(60_000_000)), "image/png").width == 64


def test_a_picture_built_up_in_countless_steps_is_refused():
    whole = a_file(kind="JPEG", progressive=True)
    scan = whole[whole.index(b"\xff\xda") : -2]
    with pytest.raises(BrokenImage):
        image.read(whole[:-2] + scan * 200 + whole[-2:], "image/jpeg")
    assert image.read(whole, "image/jpeg").width == 256
