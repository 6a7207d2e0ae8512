"""Images as a model takes them: scaled down, upright, without the place they were taken at."""

import base64
import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from pictures import png
from streamchat.attachments import ReferenceScope, build_block, select_files
from streamchat.attachments.metadata import orientation_of, without_metadata
from streamchat.core.attachment_blocks import list_blocks
from streamchat.core.errors import InvalidRequest
from streamchat.core.media_limits import MediaLimits
from streamchat.core.messages import Block, Message

LIMITS = MediaLimits(images=100, pdf_pages=100, image_mb=5, image_side=400, seen_side=200)
_GPS, _ORIENTATION, _CAMERA = 0x8825, 0x0112, 0x010F


def photo(
    width: int, height: int, *, form: str = "JPEG", turned: int = 1, mode: str = "RGB"
) -> bytes:
    """An image whose left half is red; a camera wrote the place into it."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[_CAMERA] = "Camera of mine"
    exif[_ORIENTATION] = turned
    exif[_GPS] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    out = io.BytesIO()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Location", "Camera of mine")
    more = {"pnginfo": notes} if form == "PNG" else {}
    image.convert(mode).save(out, form, exif=exif, **more)
    return out.getvalue()


def opened(block: Block) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(block["source"]["data"])))


def test_what_fits_is_sent_as_it_is() -> None:
    data = without_metadata(photo(200, 100))
    built = build_block(data, name="a.jpg", limits=LIMITS)
    assert (base64.b64decode(built.block["source"]["data"]), built.note) == (data, "")


@pytest.mark.parametrize(
    ("form", "mode", "sent_as"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("GIF", "P", "image/png"),
        ("WEBP", "RGB", "image/png"),
    ],
)
def test_a_large_one_is_scaled_down_to_what_the_model_sees(
    form: str, mode: str, sent_as: str
) -> None:
    data = io.BytesIO()
    Image.new(mode, (1000, 500)).save(data, form)
    built = build_block(data.getvalue(), name="a", limits=LIMITS)
    assert opened(built.block).size == (200, 100)
    assert built.block["source"]["media_type"] == sent_as
    assert built.note == "a was scaled down from 1000 × 500 to 200 × 100 pixels."


def test_damage_beside_the_picture_says_nothing() -> None:
    data = photo(200, 100, turned=6)
    assert data.count(b"Camera of mine\0") == 1
    data = data.replace(b"\0\0\0\x0f", b"\0\x0f\xff\xff")  # how long the camera's name is
    assert build_block(data, name="a", limits=LIMITS).note == ""


def test_one_that_is_too_many_bytes_is_made_smaller() -> None:
    noise = io.BytesIO()
    Image.effect_noise((190, 190), 90).save(noise, "PNG")
    tight = _Tight(images=1, pdf_pages=1, image_mb=1, seen_side=200)
    assert len(noise.getvalue()) > tight.image_bytes
    built = build_block(noise.getvalue(), name="a", limits=tight)
    assert len(base64.b64decode(built.block["source"]["data"])) <= tight.image_bytes
    assert built.block["source"]["media_type"] == "image/jpeg"


class _Tight(MediaLimits):
    """Takes 8 KB."""

    @property
    def image_bytes(self) -> int:
        return 8000


def test_one_that_lies_on_its_side_is_turned() -> None:
    block = build_block(photo(100, 50, turned=6), name="a", limits=LIMITS).block
    image = opened(block)
    assert image.size == (50, 100)
    red = image.convert("RGB").getpixel((25, 10))
    assert isinstance(red, tuple)
    assert red[0] > 200  # what was on the left is on top


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("side", [100, 1000])
def test_the_place_and_the_camera_are_not_sent(form: str, side: int) -> None:
    data = photo(side, side, form=form)
    assert b"Camera of mine" in data
    block = build_block(data, name="a", limits=LIMITS).block
    sent = base64.b64decode(block["source"]["data"])
    assert b"Camera of mine" not in sent
    image = Image.open(io.BytesIO(sent))
    assert not image.getexif()
    image.load()
    assert image.size == (min(side, 200), min(side, 200))


@pytest.mark.parametrize("between", [b"\xff\xff", b"\0\0\xff\0\0"], ids=["filling", "junk"])
def test_bytes_between_the_parts_of_a_photo_change_nothing(between: bytes) -> None:
    data = photo(60, 60, turned=6)
    for marker in (b"\xff\xe1", b"\xff\xdb"):  # the camera's notes, and what follows them
        data = data.replace(marker, between + marker, 1)
    clean = without_metadata(data)
    assert b"Camera of mine" not in clean
    assert orientation_of(clean) == 6
    assert opened(build_block(data, name="a.jpg", limits=LIMITS).block).size == (60, 60)


def test_without_metadata_a_photo_keeps_how_it_is_turned() -> None:
    clean = without_metadata(photo(100, 50, turned=6))
    assert orientation_of(clean) == 6
    exif = Image.open(io.BytesIO(clean)).getexif()
    assert dict(exif) == {_ORIENTATION: 6}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_image_stays_as_it_is(form: str) -> None:
    data = photo(60, 60, form=form)
    for at in range(0, len(data), 7):
        without_metadata(data[:at])
        orientation_of(data[:at])
    cut = data[:40]
    assert without_metadata(cut) == cut


def test_a_large_image_that_is_damaged_is_refused() -> None:
    data = photo(1000, 1000)
    with pytest.raises(InvalidRequest, match=r"a\.jpg is damaged"):
        build_block(data[: len(data) // 2], name="a.jpg", limits=LIMITS)


def test_without_pillow_the_limit_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data, small = photo(1000, 500), photo(300, 100)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(InvalidRequest) as refused:
        build_block(data, name="a.jpg", limits=LIMITS)
    assert refused.value.message == (
        "a.jpg has 1000 × 500 pixels, and the model takes 400 on a side: make it smaller, or"
        " run pip install 'streamchat[images]' to have it scaled down."
    )
    seen = build_block(small, name="a.jpg", limits=LIMITS)  # the server scales it
    assert b"Camera" not in base64.b64decode(seen.block["source"]["data"])


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(InvalidRequest, match="60000 × 60000 pixels"):
        build_block(png(60_000, 60_000), name="bomb.png", limits=LIMITS)


def test_a_small_image_is_unpacked_to_see_whether_it_is_damaged() -> None:
    with pytest.raises(InvalidRequest, match="a is damaged"):
        build_block(png(90, 90, pixels=b"no pixels"), name="a", limits=LIMITS)


def test_the_name_of_an_image_is_shown_and_not_sent() -> None:
    block = build_block(photo(60, 60), name="cat.jpg", limits=LIMITS).block
    assert list_blocks([block])[0].startswith("1. cat.jpg (JPEG image, 60 × 60, ")
    [sent] = Message("user", (block,)).to_wire()["content"]
    assert sorted(sent) == ["source", "type"]


def test_many_images_at_once_are_scaled_to_the_limit_of_many(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(photo(190, 190, form="PNG"))
    many = replace(LIMITS, many=3, side_of_many=100)
    selection = select_files("*.png", ReferenceScope(tmp_path, limits=many))
    assert [opened(block).size for block in selection.blocks] == [(100, 100)] * 4
    assert len(selection.notes) == 4
