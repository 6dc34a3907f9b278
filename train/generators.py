"""Every kind of generator, under the name that a run's config keeps."""

from __future__ import annotations

import dataclasses
from typing import Any

from celcam.errors import DataError
from train.networks import GeneratorSpec, build_generator
from train.unet import UNetSpec, build_unet

AnyGeneratorSpec = GeneratorSpec | UNetSpec

SPECS: dict[str, type[AnyGeneratorSpec]] = {"shuffle": GeneratorSpec, "unet": UNetSpec}


def build_any_generator(spec: AnyGeneratorSpec, keras: Any) -> Any:
    """The generator that ``spec`` describes, made of the layers of ``keras``."""
    return build_unet(spec, keras) if isinstance(spec, UNetSpec) else build_generator(spec, keras)


def describe_generator(spec: AnyGeneratorSpec) -> dict[str, Any]:
    """The lines of a run's config that name the generator: its kind, and the numbers of that kind."""
    kinds = {spec_type: kind for kind, spec_type in SPECS.items()}
    return {"network": kinds[type(spec)], "generator": dataclasses.asdict(spec)}


def spec_of(config: dict[str, Any]) -> AnyGeneratorSpec:
    """The generator that a run's config describes.

    Raises:
        DataError: it is of a kind, or has numbers, that are not known here.
    """
    kind = config.get("network", "")
    try:
        return SPECS[kind](**config["generator"])
    except (KeyError, TypeError) as error:
        raise DataError(
            f"the run's config describes a network {kind!r} of {config.get('generator')}, which is not known here "
            f"({error}); use the version of Celcam that trained it"
        ) from error
