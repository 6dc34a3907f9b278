from __future__ import annotations

from celcam.accelerators import DELEGATES, found_accelerators


def test_the_cpu_is_always_there() -> None:
    def missing(library: str) -> bool:
        raise OSError(library)

    assert found_accelerators(missing)[0] == "CPU"
    assert not [each for each in found_accelerators(missing) if "libedgetpu" in each]


def test_an_installed_delegate_is_listed_with_its_option() -> None:
    found = found_accelerators(lambda library: library == DELEGATES["Coral EdgeTPU"])
    assert "Coral EdgeTPU (--delegate libedgetpu.so.1)" in found
    assert not [each for each in found if "Ethos" in each]
