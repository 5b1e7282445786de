"""Pictures as input: what was drawn must be named, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from auditor.probe.picture import COLOURS, SHAPES, picture
from auditor.probe.vision import VISION, VISION_URL
from auditor.record import JsonObject
from auditor.sandbox.reading import data_of
from auditor.sandbox.sight import sight
from auditor.settings import Colour, PublicPicture, Shape
from tests.probe.pretend import answered
from tests.probe.pretend_turns import Turns, body_of, response, target


def showing(request: JsonObject) -> tuple[str, str]:
    """The shape and the colour that a request shows."""
    (turn,) = request["input"]
    data = data_of(turn["content"][1]["image_url"])
    assert data is not None
    found = sight(data)
    return found.shape, found.colour


def saying(says: str) -> Turns:
    """A model that names what it sees in these words."""

    def reply(request: JsonObject) -> Any:
        shape, colour = showing(request)
        other = next(one for one in COLOURS if one != colour)
        words = says.format(shape=shape, colour=colour, other=other, shapes=" ".join(SHAPES))
        return answered(200, response(words))

    return Turns({"responses.create": reply})


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("colour", COLOURS)
def test_every_picture_shows_what_it_is_called(shape: str, colour: str) -> None:
    """Whoever decodes the pixels finds that shape in that colour; the file is small."""
    png = picture(shape, colour)
    found = sight(png)
    assert (found.shape, found.colour) == (shape, colour)
    assert len(png) < 2_000


def test_no_other_picture_is_drawn() -> None:
    """The lists are closed."""
    with pytest.raises(KeyError):
        picture("hexagon", "red")


@pytest.mark.parametrize(
    "says", ["{colour} {shape}", "It's a **{colour}** {shape}.", "A {shape}\n{colour}", "{shape}, {colour}"]
)
async def test_who_names_both_has_seen_it(says: str) -> None:
    """In whatever order, case or sentence; the picture goes as a data URL, and nothing is stored."""
    turns = saying(says)
    body = await body_of(VISION, turns)
    assert (body["outcome"], body["proven"], body["shortfall"], body["calls"]) == ("completed", True, None, 1)
    assert "left_behind" not in body
    ((_, request),) = turns.asked
    assert request["store"] is False


@pytest.mark.parametrize(
    ("says", "missing"),
    [
        ("", "shape and colour"),
        ("I can't see pictures.", "shape and colour"),
        ("Un carré rouge", "shape and colour"),
        ("{other} {shape}", "colour"),
        ("{colour}", "shape"),
        ("{colour} {shapes}", "shape"),
        ("{colour} {other} {shape}", "colour"),
        ("<b>\x1b[31m</b>", "shape and colour"),
        ("x" * 1_000_000, "shape and colour"),
    ],
)
async def test_anything_else_says_what_was_not_named(says: str, missing: str) -> None:
    """Also one that names every shape of the list; what was said is not kept."""
    body = await body_of(VISION, saying(says))
    assert (body["outcome"], body["proven"]) == ("completed", False)
    assert body["shortfall"] == f"the answer does not name the picture's {missing}"
    assert len(str(body)) < 3_000


async def test_a_refusal_keeps_the_services_words() -> None:
    """Such as a model's that takes no pictures."""
    words = "Invalid content type. image_url is only supported by certain models."
    turns = Turns({"responses.create": lambda _: answered(400, {"error": {"code": "x", "message": words}})})
    body = await body_of(VISION, turns)
    assert (body["outcome"], body["error"]["message"]) == ("refused", words)


def test_the_picture_is_in_the_budget() -> None:
    """The dearest model counts 2,833 tokens for it."""
    assert VISION.most_tokens(target("gpt-4o-mini")) > 2_833


PICTURE = PublicPicture(url="https://documents.contoso.com/circle.png", shape="circle", colour="blue")
SHOWN = replace(target("gpt-4.1", "vision"), picture=PICTURE)


def test_what_settings_may_say_is_what_the_question_offers() -> None:
    """Both name the same shapes and colours."""
    assert (set(get_args(Shape)), set(get_args(Colour))) == (set(SHAPES), set(COLOURS))


async def test_the_owners_picture_goes_by_its_address() -> None:
    """Nothing of it is fetched from here; the body says which picture it was."""
    turns = Turns({"responses.create": lambda _: answered(200, response("Blue circle."))})
    body = await body_of(VISION_URL, turns, SHOWN)
    assert (body["outcome"], body["proven"], body["picture"]) == ("completed", True, PICTURE.url)
    ((_, request),) = turns.asked
    assert request["input"][0]["content"][1] == {"type": "input_image", "image_url": PICTURE.url, "detail": "low"}
    assert request["store"] is False


@pytest.mark.parametrize(
    ("says", "missing"), [("Red circle", "colour"), ("I can't open links.", "shape and colour"), ("blue", "shape")]
)
async def test_another_picture_than_settings_say_is_not_proven(says: str, missing: str) -> None:
    """Whether the model sees badly or settings are wrong, the finding names the picture."""
    body = await body_of(VISION_URL, Turns({"responses.create": lambda _: answered(200, response(says))}), SHOWN)
    assert (body["proven"], body["picture"]) == (False, PICTURE.url)
    assert body["shortfall"] == f"the answer does not name the picture's {missing}"


async def test_a_picture_that_is_not_fetched_keeps_the_services_words() -> None:
    """With the address that was named."""
    words = f"Error while downloading {PICTURE.url}."
    turns = Turns({"responses.create": lambda _: answered(400, {"error": {"code": "invalid_value", "message": words}})})
    body = await body_of(VISION_URL, turns, SHOWN)
    assert (body["outcome"], body["error"]["message"], body["picture"]) == ("refused", words, PICTURE.url)


def test_without_a_picture_of_the_owner_only_the_data_url_is_proven() -> None:
    """The address is not asked, with the reason; the other half is."""
    bare = target("gpt-4.1", "vision")
    assert VISION_URL.put is not None
    assert VISION_URL.put(bare)
    assert (
        VISION_URL.inapplicable(bare) == "settings name no picture that the service can fetch by its address (picture)"
    )
    assert VISION.inapplicable(bare) is None
    assert not VISION_URL.put(replace(SHOWN, features=frozenset({"text"})))
    embeds = replace(SHOWN, capabilities={"embeddings": "true"})
    assert VISION_URL.inapplicable(embeds) == VISION.inapplicable(embeds)
