"""JSON that knows where it stands: every string, object and array with its place in the text."""

from __future__ import annotations

from typing import Any


class String(str):
    """A JSON string. `start` and `end` are its character offsets, quotes included."""

    __slots__ = ("end", "start")
    start: int
    end: int


class Object(dict[str, Any]):
    """A JSON object with its character offsets, braces included. Its keys are plain `str`."""

    __slots__ = ("end", "start")
    start: int
    end: int


class Array(list[Any]):
    """A JSON array with its character offsets, brackets included."""

    __slots__ = ("end", "start")
    start: int
    end: int


def located(text: str) -> Any:
    """Parse `text` into String, Object, Array, int, float, bool and None.

    Raises json.JSONDecodeError, and RecursionError where it is nested some 300 levels deep.
    """
    # The scanner in C takes no parse_string of one's own; the one in Python does, and leaves
    # the long strings (images) to C all the same.
    from json import JSONDecoder, decoder, scanner

    def string(source: str, begin: int, strict: bool) -> tuple[String, int]:
        value, end = decoder.scanstring(source, begin, strict)  # type: ignore[attr-defined]
        return _placed(String(value), begin - 1, end)

    def mapping(begin: tuple[str, int], *rest: Any) -> tuple[Object, int]:
        value, end = decoder.JSONObject(begin, *rest)  # type: ignore[attr-defined]
        return _placed(Object(value), begin[1] - 1, end)

    def array(begin: tuple[str, int], *rest: Any) -> tuple[Array, int]:
        value, end = decoder.JSONArray(begin, *rest)  # type: ignore[attr-defined]
        return _placed(Array(value), begin[1] - 1, end)

    parser: Any = JSONDecoder(parse_int=_number)
    parser.parse_string, parser.parse_object, parser.parse_array = string, mapping, array
    parser.scan_once = scanner.py_make_scanner(parser)  # type: ignore[attr-defined]
    return parser.decode(text)


def _placed(value: Any, start: int, end: int) -> tuple[Any, int]:
    value.start, value.end = start, end
    return value, end


def _number(digits: str) -> int | float:
    # int() takes quadratic time on, and from 4300 digits refuses, what nobody means as a number.
    return int(digits) if len(digits) < 100 else float(digits)
