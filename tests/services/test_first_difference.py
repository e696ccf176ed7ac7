"""Where two contents first differ is told so that it can be looked up."""

import json

import pytest

from distribution.services.first_difference import SHOWN, first_difference


def differ(stated, right, **options):
    return first_difference("a.json", json.dumps(stated).encode(), json.dumps(right).encode(), **options)


def test_equal_contents_do_not_differ():
    assert first_difference("a.csv", b"a,b\n1,2\n", b"a,b\n1,2\n") is None


def test_the_line_and_both_values_are_told():
    found = first_difference("a.csv", b"\xef\xbb\xbfa,b\r\n1,2\r\n", b"\xef\xbb\xbfa,b\r\n1,3\r\n")
    assert (found.line, found.stated, found.right) == (2, "1,2", "1,3")


def test_a_missing_last_line_is_told():
    found = first_difference("a.csv", b"a\n", b"a\nb\n")
    assert (found.line, found.stated, found.right) == (2, "", "b")


def test_of_a_long_line_the_part_that_differs_is_shown():
    stated, right = b"x" * 500 + b"one" + b"y" * 500, b"x" * 500 + b"two" + b"y" * 500
    found = first_difference("a.jsonl", stated, right)
    assert "one" in found.stated
    assert "two" in found.right
    assert len(found.stated) <= SHOWN + 2


@pytest.mark.parametrize(
    ("stated", "right", "path", "texts"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "a.b[1]", ("2", "3")),
        ({"a": 1}, {"a": 1, "b": "ب"}, "b", ("–", '"ب"')),
        ({"a": [1]}, {"a": []}, "a[0]", ("1", "–")),
        ({"a": 1}, {"a": True}, "a", ("1", "true")),
        ({"a": 1}, {"a": 1.0}, "a", ("1", "1.0")),
    ],
)
def test_in_a_document_the_path_is_told(stated, right, path, texts):
    found = differ(stated, right)
    assert (found.path, (found.stated, found.right)) == (path, texts)


def test_a_document_written_otherwise_differs_in_a_line():
    assert first_difference("a.json", b'{"a": 1}', b'{"a":1}').line == 1
    assert first_difference("a.json", b"no json", b'{"a":1}').line == 1


def test_measures_may_differ_in_their_last_digits_and_in_nothing_else():
    near = {"gini": 0.1 + 0.2, "packs": 3}
    assert differ(near, {"gini": 0.3, "packs": 3}, measures=True) is None
    assert differ(near, {"gini": 0.3, "packs": 3}) is not None
    assert differ(near, {"gini": 0.3001, "packs": 3}, measures=True).path == "gini"
    assert differ(near, {"gini": 0.3, "packs": 4}, measures=True).path == "packs"
    assert first_difference("a.json", b'{"a":  0.30000000000000004}', b'{"a": 0.3}', measures=True) is not None
