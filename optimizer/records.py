"""Turns frozen dataclasses into plain JSON values and untrusted JSON values back into dataclasses.

The fields of the dataclasses are the schema: every field must be there, no other may be, and each must have its
declared type. Everything that is wrong is collected, with the path to it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

#: Whole numbers must fit 64 bits: they go into arrays.
_INT_LIMIT = 1 << 63
_DIGITS = 7
_MOST_PROBLEMS = 50


class RecordError(ValueError):
    """A value does not fit its type; ``problems`` say where and why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def encode_record(value: Any) -> Any:
    """Turn a dataclass, with all it holds, into dicts, lists, strings, truths, whole numbers and rounded degrees."""
    if is_dataclass(value):
        return {field.name: encode_record(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(key): encode_record(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [encode_record(item) for item in value]
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0  # not minus zero
    return operator.index(value)


def decode_record(kind: Any, value: Any, path: str) -> Any:
    """Build a value of a type from what was read.

    Raises
    ------
    RecordError
        Naming everything that does not fit, up to fifty.
    """
    problems: list[str] = []
    decoded = _decode(kind, value, path, problems)
    if problems:
        raise RecordError(problems)
    return decoded


def _decode(kind: Any, value: Any, path: str, problems: list[str]) -> Any:
    if len(problems) >= _MOST_PROBLEMS:
        return None
    if is_dataclass(kind):
        return _decode_object(kind, value, path, problems)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:  # X | None
        return None if value is None else _decode(arguments[0], value, path, problems)
    if origin is tuple:
        return _decode_list(arguments, value, path, problems)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _decode_mapping(arguments[1], value, path, problems)
    fits, wanted = _SCALARS.get(kind, (None, ""))
    if fits is None:
        fits, wanted = (lambda v: isinstance(v, str) and v in set(kind)), "one of " + ", ".join(kind)
    if not fits(value):
        problems.append(f"{path}: {wanted} expected")
        return None
    return kind(value)


def _decode_object(kind: Any, value: Any, path: str, problems: list[str]) -> Any:
    if not isinstance(value, dict):
        problems.append(f"{path}: object expected")
        return None
    hints = _field_types(kind)
    before = len(problems)
    problems += [f"{path}.{name}: missing" for name in hints if name not in value]
    problems += [f"{path}.{name[:40]}: unknown" for name in value if name not in hints]
    if len(problems) > before:
        return None
    decoded = {name: _decode(hint, value[name], f"{path}.{name}", problems) for name, hint in hints.items()}
    return kind(**decoded) if len(problems) == before else None


def _decode_list(arguments: tuple[Any, ...], value: Any, path: str, problems: list[str]) -> Any:
    if not isinstance(value, list):
        problems.append(f"{path}: list expected")
        return None
    endless = arguments[1:] == (Ellipsis,)
    if not endless and len(value) != len(arguments):
        problems.append(f"{path}: list of {len(arguments)} expected")
        return None
    kinds = (arguments[0],) * len(value) if endless else arguments
    items = zip(kinds, value, strict=True)
    return tuple(_decode(kind, item, f"{path}[{i}]", problems) for i, (kind, item) in enumerate(items))


def _decode_mapping(kind: Any, value: Any, path: str, problems: list[str]) -> Any:
    if not isinstance(value, dict):
        problems.append(f"{path}: object expected")
        return None
    return {key: _decode(kind, item, f"{path}.{key[:40]}", problems) for key, item in value.items()}


@cache
def _field_types(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_INT_LIMIT <= value < _INT_LIMIT


def _is_degrees(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) <= 360


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not any("\ud800" <= sign <= "\udfff" for sign in value)


_SCALARS: Mapping[Any, tuple[Callable[[Any], bool], str]] = {
    bool: (lambda value: isinstance(value, bool), "true or false"),
    int: (_is_whole, "whole number"),
    float: (_is_degrees, "degrees"),
    str: (_is_text, "text"),
}
