"""A frozen round: its entries, the manifest that names each by its hash, and the root hash that stands on paper.

The root is the SHA-256 of the manifest, and the manifest names the root of the round before: a hash chain (S. Haber,
W. S. Stornetta, *How to time-stamp a digital document*, 1991). Whoever holds one root holds every bit of the round and
of all rounds before it. The format is described in ``docs/bundle-format.md``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from distribution.allocation.bundle_zip import NotCanonicalError, read_zip, write_zip
from optimizer.records import RecordError, decode_record, encode_record

SCHEMA = "taavon.bundle/1"
MANIFEST = "manifest.json"

#: What is printed where there is little room, and the least that may be compared: 64 bits.
SHORT_DIGITS = 16
_GROUP = 4
_HEX = re.compile(r"[0-9a-f]+")
_SHA256_DIGITS = 64


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a bundle: a stable code and what its sentence names."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


class BundleError(ValueError):
    """The bytes are no bundle, or not a whole one; ``faults`` name every reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.code} {dict(fault.params)}" for fault in self.faults))


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself.

    Attributes
    ----------
    round_code, dataset_version
        The round, and the version of the network it was computed from.
    policy_code
        The policy it was shared by; None for the plain one.
    seed, seconds, iterations
        What the search for the plan started from and when it had to stop: after so many seconds, written as a
        decimal, after so many iterations, or at the first of both.
    previous
        Root hash of the round before; None for the first.
    versions
        Of everything that can change a plan: this program, its numerical libraries, the kind of processor.
    entries
        SHA-256 of every other entry by name.
    """

    round_code: str
    dataset_version: int
    policy_code: str | None
    seed: int
    seconds: str | None
    iterations: int | None
    previous: str | None
    versions: Mapping[str, str]
    entries: Mapping[str, str]
    schema: str = SCHEMA

    def to_json(self) -> bytes:
        """Render as canonical JSON: keys in order, two spaces a level, one newline at the end."""
        return (json.dumps(encode_record(self), ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


@dataclass(frozen=True)
class Bundle:
    """A manifest and the entries it names."""

    manifest: Manifest
    entries: Mapping[str, bytes] = field(repr=False)

    @cached_property
    def root(self) -> str:
        """Return the root hash, 64 hexadecimal digits."""
        return sha256(self.manifest.to_json())

    def to_zip(self) -> bytes:
        """Render as the bytes of the bundle's file."""
        return write_zip({**self.entries, MANIFEST: self.manifest.to_json()})


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def build_bundle(manifest: Manifest, entries: Mapping[str, bytes]) -> Bundle:
    """Bind entries to a manifest; what it said of entries before is replaced."""
    hashes = {name: sha256(content) for name, content in sorted(entries.items())}
    return Bundle(replace(manifest, entries=hashes), MappingProxyType(dict(entries)))


def read_bundle(data: bytes) -> Bundle:
    """Read a bundle by anybody's hand.

    What is returned is whole: the file is the canonical one of what it holds, the manifest is canonical too, names
    every entry and no other, and every hash is right. Whether the numbers are right is not asked here.

    Raises
    ------
    BundleError
        With every reason why it is not.
    """
    try:
        entries = read_zip(data)
    except NotCanonicalError as error:
        raise BundleError([Fault("not_canonical", {"offset": error.offset})]) from error
    if MANIFEST not in entries:
        raise BundleError([Fault("entry_missing", {"entry": MANIFEST})])
    manifest = _parse_manifest(entries.pop(MANIFEST))
    faults = [Fault("entry_missing", {"entry": name}) for name in sorted(manifest.entries.keys() - entries.keys())]
    faults += [Fault("entry_unknown", {"entry": name}) for name in sorted(entries.keys() - manifest.entries.keys())]
    faults += [
        Fault("hash_wrong", {"entry": name})
        for name in sorted(entries.keys() & manifest.entries.keys())
        if sha256(entries[name]) != manifest.entries[name]
    ]
    if faults:
        raise BundleError(faults)
    return Bundle(manifest, MappingProxyType(entries))


def group_root(root: str, digits: int = _SHA256_DIGITS) -> str:
    """Write a root hash, or its first digits, in groups of four, as paper shows it: ``3f2a 90c1 77de 0b14``."""
    return " ".join(root[i : i + _GROUP] for i in range(0, digits, _GROUP))


def parse_root(text: str) -> str:
    """Read a root hash as people copy it, whole or only its beginning: groups, dashes and capitals do not matter.

    Raises
    ------
    ValueError
        If it is not of 16 to 64 hexadecimal digits.
    """
    digits = re.sub(r"[\s-]", "", text).lower()
    if not _HEX.fullmatch(digits) or not SHORT_DIGITS <= len(digits) <= _SHA256_DIGITS:
        raise ValueError(f"{text!r} is not of {SHORT_DIGITS} to {_SHA256_DIGITS} hexadecimal digits")
    return digits


def _parse_manifest(content: bytes) -> Manifest:
    try:
        manifest: Manifest = decode_record(Manifest, json.loads(content.decode("utf-8")), MANIFEST)
    except RecordError as error:
        raise BundleError(Fault("manifest_wrong", {"problem": problem}) for problem in error.problems) from error
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, nested too deeply
        raise BundleError([Fault("manifest_wrong", {"problem": f"{MANIFEST}: no JSON"})]) from error
    if manifest.schema != SCHEMA:
        raise BundleError([Fault("schema_unknown", {"schema": manifest.schema[:40], "known": SCHEMA})])
    if manifest.to_json() != content:
        raise BundleError([Fault("manifest_not_canonical")])
    return manifest
