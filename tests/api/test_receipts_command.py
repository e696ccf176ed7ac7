"""``taavon receipts`` reads the forms of the crews' packs back and checks them against the plan."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from distribution.domain.receipt import ReceiptLine
from tests.support.networks import small_network, write_csv

COLUMNS = list(ReceiptLine.model_fields)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("round")
    source = write_csv(small_network(), place / "in")
    result = CliRunner().invoke(app, ["run", str(source), "--out", str(place / "out"), "--iterations", "2"])
    assert result.exit_code == 0, result.output
    return place / "out"


def forms(folder: Path) -> dict[str, tuple[list[str], list[dict[str, str]]]]:
    """Return the header and rows of the form of each crew's pack, its columns by code."""
    found = {}
    for pack in sorted((folder / "crew").glob("*.zip")):
        with zipfile.ZipFile(pack) as archive:
            name = f"{pack.stem}_receipts.csv"
            rows = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
        found[name] = rows[0], [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]
    return found


def write(path: Path, header: list[str], rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([row[name] for name in COLUMNS] for row in rows)
    return path


def receipts(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["receipts", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_forms_that_are_not_filled_in_are_open_and_hold_every_pack_of_the_plan(folder: Path, tmp_path: Path) -> None:
    files = [write(tmp_path / name, header, rows) for name, (header, rows) in forms(folder).items()]
    assert len(files) > 1
    code, text, errors = receipts(folder, *files, "--json")
    assert (code, errors) == (0, "")
    document = json.loads(text)
    assert document["told"] == 0
    planned = {
        code: sum(
            int(row["planned_packs"])
            for _, rows in forms(folder).values()
            for row in rows
            if row["commodity_code"] == code
        )
        for code in document["totals"]
    }
    assert {code: counts["planned"] for code, counts in document["totals"].items()} == planned
    assert all(planned.values())
    assert document["drops"] == sum(len(rows) for _, rows in forms(folder).values())


def test_what_is_filled_in_comes_back_and_adds_up(folder: Path, tmp_path: Path) -> None:
    name, (header, rows) = next(iter(forms(folder).items()))
    for row in rows:
        row["accepted_packs"] = row["planned_packs"]
    packs = int(rows[0]["planned_packs"])
    assert packs >= 3
    rows[0] |= {
        "accepted_packs": str(packs - 3),
        "rejected_packs": "1",
        "reason": "damaged",
        "receiver": "علی",
        "note": "=1",
    }
    file = write(tmp_path / name, header, rows)
    code, text, errors = receipts(folder, file, "--json")
    assert (code, errors) == (0, "")
    document = json.loads(text)
    (line,) = document["discrepancies"]
    assert (line["accepted_packs"], line["rejected_packs"], line["reason"]) == (packs - 3, 1, "damaged")
    assert (line["receiver"], line["note"]) == ("علی", "=1")
    counts = document["totals"][rows[0]["commodity_code"]]
    assert counts["told"] == counts["accepted"] + counts["rejected"] + counts["missing"]
    assert (counts["rejected"], counts["missing"]) == (1, 2)
    assert document["told"] == len(rows)
    for lang, words in (("en", "Damaged"), ("fa", "آسیب‌دیده")):
        code, text, _ = receipts(folder, file, "--lang", lang)
        assert code == 0
        assert words in text
    rows[0]["reason"] = "آسیب‌دیده"
    assert json.loads(receipts(folder, write(tmp_path / "fa.csv", header, rows), "--json")[1]) == document


WRONG = {
    "a drop that the plan does not have": ({"truck": "V-none-1"}, "no such drop"),
    "another round": ({"round_code": "winter"}, "of round “winter”"),
    "planned packs changed": ({"planned_packs": "999"}, "999 planned packs"),
    "more than was planned": ({"accepted_packs": "5000"}, "5000 packs are said to have come"),
    "less and no reason": ({"accepted_packs": "0"}, "no reason is given"),
    "all and a reason": ({"reason": "damaged"}, "and yet a reason"),
    "a reason and no packs": ({"accepted_packs": "", "reason": "closed"}, "not what was accepted"),
    "no number": ({"accepted_packs": "many"}, "many"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_the_row(folder: Path, tmp_path: Path, name: str) -> None:
    change, words = WRONG[name]
    file, (header, rows) = next(iter(forms(folder).items()))
    for row in rows:
        row["accepted_packs"] = row["planned_packs"]
    rows[1] |= change
    code, text, errors = receipts(folder, write(tmp_path / file, header, rows))
    assert (code, text) == (2, "")
    assert words in errors
    assert "row 3" in errors
    assert file in errors.replace("\n", "")
    _, _, errors = receipts(folder, tmp_path / file, "--lang", "fa")
    assert "{" not in errors


def test_the_same_form_twice_and_a_form_that_is_not_there_are_told_at_once(folder: Path, tmp_path: Path) -> None:
    header, rows = next(iter(forms(folder).values()))
    for row in rows:
        row["accepted_packs"] = row["planned_packs"]
    first, second = (write(tmp_path / name, header, rows[:1]) for name in ("a.csv", "b.csv"))
    code, _, errors = receipts(folder, first, second, tmp_path / "c.csv")
    assert code == 2
    assert "stands in a.csv already" in errors
    assert "c.csv" in errors


def test_the_pack_says_in_both_languages_what_is_in_it(folder: Path) -> None:
    for pack in (folder / "crew").glob("*.zip"):
        with zipfile.ZipFile(pack) as archive:
            raw = archive.read("README.txt")
            text = raw.decode("utf-8-sig")
            assert raw.startswith(b"\xef\xbb\xbf")
            assert "What is in this pack" in text
            assert "در این بسته" in text
            assert "{" not in text
            for name in set(archive.namelist()) - {"README.txt"}:
                assert text.count(name) == 2
