"""``taavon verify`` on what ``taavon run`` left: it holds as a whole, and with one bit changed it does not."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from distribution.allocation.bundle import group_root, read_bundle
from tests.support.bundles import flip, swap
from tests.support.networks import write_csv
from tests.support.rounds import two_rounds


@pytest.fixture(scope="module")
def runs(tmp_path_factory, taavon) -> Path:
    """Return the folder of two runs, the second carried on from the first."""
    base = tmp_path_factory.mktemp("runs")
    network = two_rounds()
    source = write_csv(replace(network, quotas=tuple(reversed(network.quotas))), base / "in")
    first = taavon("run", source, "--out", base / "first", "--iterations", "2")
    (base / "first.txt").write_text(first.stdout, encoding="utf-8")
    taavon("run", source, "--out", base / "second", "--previous", base / "first", "--iterations", "2")
    return base


def root_of(folder: Path) -> str:
    return read_bundle((folder / "bundle.zip").read_bytes()).root


def test_a_run_prints_the_root_hash_and_how_to_check_it(runs):
    printed = (runs / "first.txt").read_text(encoding="utf-8")
    assert root_of(runs / "first") in printed
    assert group_root(root_of(runs / "first"), 16) in printed
    assert re.search(r"taavon verify \S*bundle\.zip", printed)


def test_a_run_holds_by_the_hash_on_paper_and_is_solved_again(runs, taavon):
    root = root_of(runs / "first")
    done = taavon("verify", runs / "first" / "bundle.zip", "--expect", group_root(root, 16), "--resolve")
    assert root in done.stdout
    assert "byte for byte" in done.stderr


def test_a_chain_of_rounds_holds(runs, taavon):
    options = ("--previous", runs / "first" / "bundle.zip", "--expect", root_of(runs / "second"), "--lang", "fa")
    done = taavon("verify", runs / "second" / "bundle.zip", *options)
    assert root_of(runs / "first") in done.stdout
    assert "از نو محاسبه شد" in done.stdout
    assert "سهم ساده بر پایه جمعیت و نیاز" in done.stdout  # the policy
    assert done.stderr == ""


def test_another_hash_than_the_one_on_paper_fails(runs, taavon):
    done = taavon("verify", runs / "second" / "bundle.zip", "--expect", root_of(runs / "first"), expect=1)
    assert root_of(runs / "second") in done.stderr


def test_a_round_that_did_not_come_before_fails(runs, taavon):
    second = runs / "second" / "bundle.zip"
    assert "round before" in taavon("verify", second, "--previous", second, expect=1).stderr


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9999])
def test_one_flipped_bit_fails(runs, taavon, tmp_path, part):
    data = (runs / "first" / "bundle.zip").read_bytes()
    spoilt = tmp_path / "bundle.zip"
    spoilt.write_bytes(flip(data, int(8 * len(data) * part)))
    assert "not as it was frozen" in taavon("verify", spoilt, expect=1).stderr


def test_a_forgery_with_all_hashes_right_fails_and_its_place_is_named(runs, taavon, tmp_path):
    bundle = read_bundle((runs / "first" / "bundle.zip").read_bytes())
    forged = tmp_path / "bundle.zip"
    forged.write_bytes(swap(bundle, "input/outlets.csv", ",5000,", ",6000,").to_zip())
    done = taavon("verify", forged, expect=1)
    assert "allotments.csv, line" in done.stderr


def test_what_is_no_bundle_ends_with_code_2(runs, taavon, tmp_path):
    assert taavon("verify", runs / "first" / "summary.json", expect=2).stderr
    assert taavon("verify", tmp_path / "none.zip", expect=2).stderr
    assert "64" in taavon("verify", runs / "first" / "bundle.zip", "--expect", "12", expect=2).stderr


def test_the_figures_list_the_bundle_and_do_not_hold_its_hash(runs):
    text = (runs / "first" / "summary.json").read_text(encoding="utf-8")
    assert "bundle.zip" in json.loads(text)["files"]
    assert root_of(runs / "first") not in text
