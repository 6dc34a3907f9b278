from __future__ import annotations

import json
from typing import Any

import pytest

from celcam.errors import DataError
from train.generators import AnyGeneratorSpec, describe_generator, spec_of
from train.networks import AUTOENCODER, LIVE_GENERATOR
from train.unet import UNET256


@pytest.mark.parametrize("spec", [LIVE_GENERATOR, AUTOENCODER, UNET256])
def test_a_config_holds_all_of_a_generator(spec: AnyGeneratorSpec) -> None:
    assert spec_of(json.loads(json.dumps(describe_generator(spec)))) == spec


@pytest.mark.parametrize("config", [{"network": "transformer", "generator": {}}, {"generator": {"heads": 8}}, {}])
def test_a_network_from_the_future_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="use the version of Celcam that trained it"):
        spec_of(config)
