"""Which looks there are: those of the table whose network is there, larger networks, and the user's own."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError, UnknownNameError
from celcam.finishes.finish import Finish
from celcam.looks import ALIASES, LOOKS, find_finish, finish_of_style, read_look
from celcam.model_card import ModelCard, find_model, read_card
from celcam.paths import MODELS
from celcam.pixels import resize
from celcam.styles import find_style, stroke_scale
from celcam.tflite_model import DEFAULT_THREADS, TFLiteModel
from edge_app.control.governor import LIGHTER
from edge_app.drawing.looks import Choice, Drawer, Loader

# A look of this prefix is a slow style filter instead of a network.
FILTER = "filter:"
# A look that is a file of this ending is the user's own.
OWN_LOOK = ".toml"


@dataclasses.dataclass(frozen=True)
class Networks:
    """Where networks are, and how they run."""

    folder: Path = MODELS
    threads: int = DEFAULT_THREADS
    delegate: str | None = None  # library of an accelerator, as in `TFLiteModel`

    def choice(self, path: Path, finish: Finish, about: str = "") -> Choice:
        """A look with the network of a file, which is read when the look is loaded."""
        card = read_card(path)
        return Choice(_loader(self, path), finish, card.gmac_256 if card is not None else None, about)

    def own_choice(self, path: Path) -> Choice:
        """A look with the network of a file, and the finish of the style that its card names."""
        card = read_card(path)
        return self.choice(path, finish_of_style(card.style) if card is not None else Finish())


@functools.cache
def _loader(networks: Networks, path: Path) -> Loader:
    """One function for each file, by which `Looks` knows that looks share a network."""
    return lambda: TFLiteModel(path, threads=networks.threads, delegate=networks.delegate)


def shipped_choices(networks: Networks) -> dict[str, Choice]:
    """All looks that the folder's networks can draw, in the order of the table.

    After the looks of the table come their ``-quality`` versions, if their style has a larger network of that name,
    then the networks that belong to no look, by the names of their files. Networks of floats are no looks.
    """
    cards = {path: card for path in sorted(networks.folder.glob("*.tflite")) if (card := _card_of_bytes(path))}
    choices = {}
    used = set()
    for version in ("", LIGHTER):
        for look in LOOKS.values():
            path = networks.folder / f"{look.style}{version}.tflite"
            if path in cards:
                about = f"{look.name} by a larger network" if version else look.about
                choices[look.name + version] = networks.choice(path, look.finish, about)
                used.add(path)
    return choices | {path.stem: networks.own_choice(path) for path in cards if path not in used}


def look_choices(
    look: str,
    networks: Networks,
    *,
    model: Path | None = None,
    style_filter: str | None = None,
    finish: str | None = None,
) -> tuple[str, dict[str, Choice]]:
    """The first look, and all looks that can be chosen.

    Args:
        look: the name of a look or of a network's file without its ending, or a user's look, a ``.toml`` file.
        networks: where networks are.
        model: a network's file in any folder, instead of ``look``.
        style_filter: the name of a style to draw first with its slow filter, instead of ``look``.
        finish: the name of a look whose finish replaces that of the first look, and of its heavier and lighter version;
            ``none`` is no finish.

    Raises:
        UnknownNameError: no such look, style or finish.
        MediaError: the user's look can't be read.
        UsageError: the user's look has a fault.
    """
    choices = shipped_choices(networks)
    if model is not None:
        first, own = model.stem, networks.own_choice(model)
    elif style_filter is not None:
        first, own = FILTER + style_filter, filter_choice(style_filter)
    elif look.endswith(OWN_LOOK):
        read = read_look(Path(look))
        path = find_model(read.style, networks.folder)
        first, own = read.name, networks.choice(path, read.finish, read.about)
    else:
        first = _name_in_table(look)
        if first not in choices:
            choices[look] = networks.own_choice(_find_file(look, networks, choices))
            first = look
        own = choices[first]
    if first not in choices or own is not choices[first]:
        choices.pop(first, None)
        choices[first] = own  # the user's own come last
    if finish is not None:
        replaced = find_finish(finish)
        for name in {first, first.removesuffix(LIGHTER), first + LIGHTER} & choices.keys():
            choices[name] = dataclasses.replace(choices[name], finish=replaced)
    return first, choices


def filter_choice(name: str) -> Choice:
    """A look that is drawn by a style filter, with the finish of its style; its lines suit the size of the picture.

    Raises:
        UnknownNameError: at once, if there is no such style.
    """
    style = find_style(name)

    def draw(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
        small = resize(rgb_u8, size_wh)
        return style.draw(small, stroke_scale(small))

    def load() -> Drawer:
        return draw

    return Choice(load, finish_of_style(name))


def list_looks(choices: dict[str, Choice]) -> str:
    """A line for each look with its name and what it is like, for people."""
    width = max((len(name) for name in choices), default=0)
    return "\n".join(f"{name:{width}}  {choice.about}".rstrip() for name, choice in choices.items())


def _name_in_table(look: str) -> str:
    """The look's present name, if ``look`` is an older one."""
    name = look.removesuffix(LIGHTER)
    return ALIASES.get(name, name) + look[len(name) :]


def _find_file(look: str, networks: Networks, choices: dict[str, Choice]) -> Path:
    """The network's file of that name, such as ``comic-float16``."""
    known = _name_in_table(look)
    if known in LOOKS:  # its network is missing
        return find_model(LOOKS[known].style, networks.folder)
    if not (networks.folder / f"{look}.tflite").is_file():
        raise UnknownNameError("look", look, choices)
    return networks.folder / f"{look}.tflite"


def _card_of_bytes(path: Path) -> ModelCard | None:
    """The card of a network that takes and returns bytes; None for other files."""
    try:
        card = read_card(path)
    except CelcamError:
        return None  # reported if the user names this look
    return card if card is not None and "uint8" in card.tensors else None
