"""Bundles for tests: forged ones, and ones with a bit flipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from distribution.allocation.bundle import Bundle, BundleError, build_bundle, read_bundle


def reforge(bundle: Bundle, entries: Mapping[str, bytes | None] | None = None, **manifest: Any) -> Bundle:
    """Change entries (None takes one out) and fields of the manifest, and make every hash right again."""
    changed = {name: content for name, content in {**bundle.entries, **(entries or {})}.items() if content is not None}
    return build_bundle(replace(bundle.manifest, **manifest), changed)


def swap(bundle: Bundle, name: str, old: str, new: str) -> Bundle:
    """Write something else in one place of an entry, and make every hash right again."""
    content = bundle.entries[name]
    assert old.encode() in content, f"{name} does not hold {old!r}"
    return reforge(bundle, {name: content.replace(old.encode(), new.encode(), 1)})


def flip(data: bytes, bit: int) -> bytes:
    """Flip one bit."""
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def every_flip(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Flip every bit, one at a time."""
    flipped = bytearray(data)
    for bit in range(8 * len(data)):
        flipped[bit // 8] ^= 1 << bit % 8
        yield bit, bytes(flipped)
        flipped[bit // 8] ^= 1 << bit % 8


def is_refused(data: bytes) -> bool:
    """Tell whether bytes are refused as no bundle."""
    try:
        read_bundle(data)
    except BundleError:
        return True
    return False
