"""Every kind of generator, under the name that a run's config stores."""

from __future__ import annotations

import dataclasses
from typing import Any

from celcam.errors import DataError, UsageError
from celcam.typed_json import build
from train.networks import GeneratorSpec, build_generator
from train.unet import UNetSpec, build_unet

AnyGeneratorSpec = GeneratorSpec | UNetSpec

SPECS: dict[str, type[AnyGeneratorSpec]] = {"shuffle": GeneratorSpec, "unet": UNetSpec}


def build_any_generator(spec: AnyGeneratorSpec, keras: Any) -> Any:
    """The generator that ``spec`` describes, made of the layers of ``keras``."""
    return build_unet(spec, keras) if isinstance(spec, UNetSpec) else build_generator(spec, keras)


def describe_generator(spec: AnyGeneratorSpec) -> dict[str, Any]:
    """The fields of a run's config that describe the generator: its kind, and the numbers of that kind."""
    kinds = {spec_type: kind for kind, spec_type in SPECS.items()}
    return {"network": kinds[type(spec)], "generator": dataclasses.asdict(spec)}


def spec_of(fields: dict[str, Any]) -> AnyGeneratorSpec:
    """The generator that the fields of a run's config describe.

    Unlike the rest of a config, a number that is not known here is an error: the network would be a different one.

    Raises:
        DataError: the kind of network or one of its numbers is not known here.
    """
    kind: Any = fields.get("network", "")
    numbers: Any = fields.get("generator")
    try:
        spec = SPECS[kind]
        if unknown := set(numbers) - {field.name for field in dataclasses.fields(spec)}:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        generator: AnyGeneratorSpec = build(spec, numbers)
    except (KeyError, TypeError, ValueError, UsageError) as error:
        raise DataError(
            f"the run's config describes a network {kind!r:.40} of {numbers!s:.200}, which is not known here "
            f"({error}); use the version of Celcam that trained it"
        ) from error
    return generator
