"""The public photo sets that `fetch` can download.

Sizes and checksums are published by the sets' maintainers or by the loaders of well-known libraries (TensorFlow
Datasets, torchvision, Tensorpack). ``checksum`` is empty if none is published for the archive.
"""

from __future__ import annotations

from dataclasses import dataclass

from celcam.errors import UnknownNameError


@dataclass(frozen=True)
class PublicSet:
    """One archive of photos."""

    name: str
    about: str
    photos: int
    url: str
    size_bytes: int
    checksum: str  # "sha256:...", "md5:..." or "" if none is published
    licence: str

    @property
    def file_name(self) -> str:
        """The file name of the archive."""
        return self.url.rpartition("/")[2]


PUBLIC_SETS = (
    PublicSet(
        "bsds500",
        "Berkeley Segmentation Data Set: nature, people, animals, 481x321",
        500,
        "https://www.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/BSR/BSR_bsds500.tgz",
        70_763_455,
        "",
        "non-commercial research and education; photos from Corel",
    ),
    PublicSet(
        "coco-val2017",
        "COCO, validation split of 2017: everyday scenes, about 640x480",
        5_000,
        "http://images.cocodataset.org/zips/val2017.zip",
        815_585_330,
        "md5:442b8da7639aecaf257c1dceb8ba8c80",
        "each photo under its own Flickr licence, named in COCO's annotations",
    ),
    PublicSet(
        "oxford-pet",
        "Oxford-IIIT Pet: cats and dogs of 37 breeds, about 500x400",
        7_390,
        "https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz",
        791_918_971,
        "sha256:67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d",
        "CC BY-SA 4.0; the photos' owners keep their rights",
    ),
    PublicSet(
        "div2k-valid",
        "DIV2K, validation split: varied high-quality photos, about 2040x1400",
        100,
        "https://data.vision.ee.ethz.ch/cvl/DIV2K/DIV2K_valid_HR.zip",
        448_993_893,
        "sha256:20dd31fd84d777bc1cf5d6b7654a3f569c0aec74458ae094122ad1d0489900fc",
        "academic research only",
    ),
    PublicSet(
        "div2k-train",
        "DIV2K, training split: varied high-quality photos, about 2040x1400",
        800,
        "https://data.vision.ee.ethz.ch/cvl/DIV2K/DIV2K_train_HR.zip",
        3_530_603_713,
        "sha256:9d0b9c463f6e35b6c62cc6a930ee2224f670b34c1df841a57670f9acf0f6c335",
        "academic research only",
    ),
)


def find_set(name: str) -> PublicSet:
    """The set called ``name``.

    Raises:
        UnknownNameError: unknown set; the message lists the known names.
    """
    known = {public_set.name: public_set for public_set in PUBLIC_SETS}
    if name not in known:
        raise UnknownNameError("set", name, known)
    return known[name]


def describe(public_set: PublicSet) -> str:
    """Content, size, checksum and licence, on three lines."""
    return (
        f"{public_set.name}: {public_set.about}\n"
        f"    {public_set.photos:,} photos, {public_set.size_bytes / 1e6:,.0f} MB, "
        f"checksum {public_set.checksum.partition(':')[0] or 'not published'}\n"
        f"    licence: {public_set.licence}"
    )
