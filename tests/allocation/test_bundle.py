"""A bundle is what its manifest says, to the bit; one root hash stands for it and for all rounds before."""

import hashlib
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation import bundle_zip
from distribution.allocation.bundle import (
    MANIFEST,
    Bundle,
    BundleError,
    Manifest,
    build_bundle,
    group_root,
    parse_root,
    read_bundle,
)
from distribution.allocation.bundle_zip import NotCanonicalError, read_zip, write_zip
from tests.support.bundles import every_flip, flip, is_refused, reforge

NAMES = st.from_regex(r"([a-z0-9_]{1,5}/)?[a-z0-9_]{1,8}\.[a-z]{1,4}", fullmatch=True)
ENTRIES = st.dictionaries(NAMES, st.binary(max_size=60), max_size=6)


def manifest(**changes) -> Manifest:
    fields = {
        "round_code": "بهار-1403", "dataset_version": 1, "policy_code": None, "seed": 7, "seconds": None, "iterations": 4,
        "previous": None, "versions": {"taavon": "1"}, "entries": {},
    }  # fmt: skip
    return Manifest(**{**fields, **changes})


@pytest.fixture
def bundle() -> Bundle:
    return build_bundle(manifest(), {"plan.json": b"{}\n", "input/areas.csv": "کد\n".encode(), "matrix.bin": bytes(8)})


def codes(data: bytes) -> list[str]:
    with pytest.raises(BundleError) as told:
        read_bundle(data)
    return [fault.code for fault in told.value.faults]


@given(ENTRIES)
def test_what_is_written_reads_back_whatever_the_order_it_was_given_in(entries):
    data = write_zip(entries)
    assert read_zip(data) == entries
    assert write_zip(dict(reversed(entries.items()))) == data


@given(ENTRIES)
def test_any_program_opens_it_and_finds_stored_entries_of_a_fixed_date(entries):
    with zipfile.ZipFile(io.BytesIO(write_zip(entries))) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == entries
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_STORED
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert (info.extra, info.comment, info.flag_bits) == (b"", b"", 0)


def test_every_single_flipped_bit_is_noticed(bundle):
    assert not is_refused(bundle.to_zip())
    assert [bit for bit, flipped in every_flip(bundle.to_zip()) if not is_refused(flipped)] == []


def test_the_first_byte_that_is_wrong_is_named(bundle):
    data = bundle.to_zip()
    place = data.index(b"{}\n")
    assert read_zip_fails_at(flip(data, 8 * place)) < place  # the checksum that stands before it
    assert read_zip_fails_at(data + b"\0") == len(data)
    assert read_zip_fails_at(flip(data, 8 * (len(data) - 1))) == len(data) - 1


def read_zip_fails_at(data: bytes) -> int:
    with pytest.raises(NotCanonicalError) as told:
        read_zip(data)
    return told.value.offset


@given(st.integers(0, 2000))
def test_no_part_of_a_bundle_passes_for_the_whole(length):
    data = build_bundle(manifest(), {"plan.json": bytes(1500)}).to_zip()
    assert codes(data[: min(length, len(data) - 1)])


@given(st.binary(max_size=400))
def test_no_bytes_whatever_do_more_than_be_refused(data):
    assert codes(data)
    assert codes(b"PK\3\4" + data)


def test_another_writer_of_zips_is_not_believed(bundle):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**bundle.entries, MANIFEST: bundle.manifest.to_json()}.items():
            archive.writestr(name, content)
    assert codes(packed.getvalue()) == ["not_canonical"]


@pytest.mark.parametrize(
    "name", ["", "/a.csv", "../a.csv", "a//b.csv", "A.csv", "a b.csv", "نام.csv", "a.csv/", "plain"]
)
def test_a_name_that_could_mean_two_things_is_refused(name):
    with pytest.raises(ValueError, match="no name"):
        write_zip({name: b""})


def test_what_is_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(bundle_zip, "MAX_ENTRIES", 2)
    many = {f"{n}.csv": b"" for n in range(3)}
    with pytest.raises(ValueError, match="too much"):
        write_zip(many)
    data = b"".join(bundle_zip._pieces(many))
    assert read_zip_fails_at(data) > 0
    monkeypatch.setattr(bundle_zip, "MAX_BUNDLE_BYTES", 100)
    with pytest.raises(ValueError, match="too much"):
        write_zip({"a.csv": bytes(101)})


def test_a_bundle_reads_back_with_the_same_root(bundle):
    again = read_bundle(bundle.to_zip())
    assert (again.manifest, dict(again.entries), again.root) == (bundle.manifest, dict(bundle.entries), bundle.root)


def test_anybody_works_out_the_root_with_common_tools(bundle):
    with zipfile.ZipFile(io.BytesIO(bundle.to_zip())) as archive:
        content = archive.read(MANIFEST)
        assert hashlib.sha256(content).hexdigest() == bundle.root
        for name, digest in json.loads(content)["entries"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest


@pytest.mark.parametrize(
    "change",
    [
        {"round_code": "other"}, {"dataset_version": 2}, {"policy_code": "p"}, {"seed": 8}, {"seconds": "30"},
        {"iterations": None}, {"previous": "0" * 64}, {"versions": {"taavon": "2"}},
    ],
)  # fmt: skip
def test_whatever_changes_changes_the_root(bundle, change):
    assert reforge(bundle, **change).root != bundle.root


def test_the_root_of_a_later_round_stands_for_the_earlier_one(bundle):
    later = build_bundle(manifest(previous=bundle.root), {})
    forged = reforge(bundle, {"plan.json": b"{ }\n"})
    assert build_bundle(manifest(previous=forged.root), {}).root != later.root


def zip_with(bundle: Bundle, entries: dict[str, bytes | None], content: bytes | None = None) -> bytes:
    """Write a canonical zip whose manifest does not fit what it holds."""
    held = {**bundle.entries, MANIFEST: bundle.manifest.to_json() if content is None else content, **entries}
    return write_zip({name: data for name, data in held.items() if data is not None})


def test_every_entry_that_is_wrong_is_named_at_once(bundle):
    data = zip_with(bundle, {"plan.json": b"[]\n", "matrix.bin": None, "extra.csv": b""})
    with pytest.raises(BundleError) as told:
        read_bundle(data)
    assert [(f.code, f.params["entry"]) for f in told.value.faults] == [
        ("entry_missing", "matrix.bin"), ("entry_unknown", "extra.csv"), ("hash_wrong", "plan.json"),
    ]  # fmt: skip


def test_a_zip_without_a_manifest_is_no_bundle(bundle):
    assert codes(zip_with(bundle, {MANIFEST: None})) == ["entry_missing"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"seed": 7', '"seed": "7"', "manifest_wrong"),
        ('"seed": 7', '"seed": 7.0', "manifest_wrong"),
        ('"seed": 7,', "", "manifest_wrong"),
        ('"seed": 7', '"seed": 7, "more": 1', "manifest_wrong"),
        ('"seed": 7', '"seed":  7', "manifest_not_canonical"),
        ('"seed": 7', '"seed": 8, "seed": 7', "manifest_not_canonical"),
        ("taavon.bundle/1", "taavon.bundle/2", "schema_unknown"),
        ("{", "", "manifest_wrong"),
    ],
)
def test_a_manifest_has_one_way_to_be_written(bundle, old, new, code):
    content = bundle.manifest.to_json().decode().replace(old, new, 1).encode()
    assert codes(zip_with(bundle, {}, content))[0] == code


def test_a_manifest_that_is_no_text_is_refused(bundle):
    assert codes(zip_with(bundle, {}, b"\xff\xfe")) == ["manifest_wrong"]
    assert codes(zip_with(bundle, {}, b"[" * 100_000)) == ["manifest_wrong"]


@given(st.binary(max_size=20))
def test_a_root_is_read_as_people_copy_it(content):
    root = hashlib.sha256(content).hexdigest()
    assert parse_root(f" {group_root(root).upper()}\n") == root
    assert parse_root("-".join(group_root(root, 16).split())) == root[:16]


@pytest.mark.parametrize("text", ["", "3f2a 90c1 77de 0b1", "g" * 16, "0" * 65, "۳۴۵۶" * 4])
def test_too_little_of_a_root_or_something_else_is_refused(text):
    with pytest.raises(ValueError, match="hexadecimal"):
        parse_root(text)
