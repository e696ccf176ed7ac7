"""Where two texts that should be the same first differ, in words an auditor can look up."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

#: Characters of a value that are shown.
SHOWN = 120
_BEFORE = 40
NOTHING = "–"

#: Measures such as a Gini coefficient are sums of floats, whose last digits depend on the processor.
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12
_FLOAT = re.compile(rb"-?\d+(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+)")


@dataclass(frozen=True)
class Difference:
    """The place (a path in a document, or the line of a text), what is stated there and what should be."""

    path: str
    line: int
    stated: str
    right: str


def first_difference(name: str, stated: bytes, right: bytes, *, measures: bool = False) -> Difference | None:
    """Find the first difference of two contents: the path in a JSON document, the line of any other text.

    With ``measures``, numbers with a fraction may differ in their last digits; nothing else may.
    """
    if stated == right:
        return None
    if name.endswith(".json"):
        try:
            found = _in_document(json.loads(stated), json.loads(right), "", measures)
        except (ValueError, RecursionError):
            found = None
        if found is not None:
            return found
    if measures and _FLOAT.sub(b"#", stated) == _FLOAT.sub(b"#", right):
        return None
    return _in_lines(stated, right)


def _in_lines(stated: bytes, right: bytes) -> Difference:
    lines = zip_longest(stated.split(b"\n"), right.split(b"\n"))
    number, (there, wanted) = next((n, pair) for n, pair in enumerate(lines, start=1) if pair[0] != pair[1])
    texts = [None if line is None else line.decode("utf-8", "replace").strip("\ufeff\r") for line in (there, wanted)]
    same = next((i for i, (a, b) in enumerate(zip(texts[0] or "", texts[1] or "", strict=False)) if a != b), 0)
    start = max(0, same - _BEFORE)
    return Difference("", number, *(_shorten(text, start) for text in texts))


def _in_document(stated: Any, right: Any, path: str, measures: bool) -> Difference | None:
    if isinstance(stated, dict) and isinstance(right, dict):
        keys = sorted(stated.keys() | right.keys())
        return _in_parts(stated, right, {key: f"{path}.{key}" if path else key for key in keys}, measures)
    if isinstance(stated, list) and isinstance(right, list):
        places = {index: f"{path}[{index}]" for index in range(max(len(stated), len(right)))}
        return _in_parts(dict(enumerate(stated)), dict(enumerate(right)), places, measures)
    if type(stated) is type(right) and (stated == right or (measures and _is_close(stated, right))):
        return None
    return Difference(path, 0, _json(stated), _json(right))


def _in_parts(
    stated: Mapping[Any, Any], right: Mapping[Any, Any], places: Mapping[Any, str], measures: bool
) -> Difference | None:
    for key, path in places.items():
        if key not in stated:
            return Difference(path, 0, NOTHING, _json(right[key]))
        if key not in right:
            return Difference(path, 0, _json(stated[key]), NOTHING)
        if (found := _in_document(stated[key], right[key], path, measures)) is not None:
            return found
    return None


def _is_close(stated: Any, right: Any) -> bool:
    return isinstance(stated, float) and math.isclose(stated, right, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)


def _json(value: Any) -> str:
    return _shorten(json.dumps(value, ensure_ascii=False))


def _shorten(text: str | None, start: int = 0) -> str:
    if text is None:
        return NOTHING
    part = text[start : start + SHOWN]
    return ("…" if start else "") + part + ("…" if start + SHOWN < len(text) else "")
