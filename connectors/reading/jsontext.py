"""JSON text to values with numbers as written; what plain JSON readers lose is kept and counted.

What does not belong here: where in the document the table is (`jsonfile`, `envelopes`).
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from connectors.reading import encoding as encodings
from connectors.reading.flatten import NumberText
from connectors.reading.limits import MAX_JSON_BYTES, MAX_NESTING
from connectors.reading.messages import note, refuse, size_de
from connectors.reading.mojibake import undo_mojibake
from connectors.reading.result import Note

_HEAD = 64 * 1024
_LARGE = 8 * 1024**2
_LEAST_BYTES = 30
"""What a record that says something takes for each empty list in it, at the least."""

_SCALARS = re.compile(rb"\s{0,99}\[\s{0,99}[^\s\[{\]]")
_PLACE = re.compile(r"byte (\d+)")


def decoded(data: bytes) -> tuple[str, str, list[Note]]:
    """Text, name of the encoding and notes; refused where too large to be held as objects."""
    if len(data) > MAX_JSON_BYTES:
        raise refuse("too_large", size=size_de(len(data)), limit=size_de(MAX_JSON_BYTES))
    encoding = encodings.detect(data)
    text, found = undo_mojibake(encodings.decode(data, encoding))
    return text, encoding.name, [*encoding.notes, *found]


def check_large(data: bytes) -> None:
    """A large document is looked through before a tree is built of it: broken ones and those without any record go.

    What only Python's parser allows (NaN, control characters in texts, other encodings) is left to it.
    """
    if len(data) <= _LARGE or data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0")):
        return
    if b"{" not in data and _SCALARS.match(data):
        raise refuse("json_no_table")
    empty = data.count(b"[]") + data.count(b"{}")
    if empty * _LEAST_BYTES > len(data):
        raise refuse("json_empty", count=empty)
    try:
        msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=msgspec.Raw)
    except RecursionError as error:
        raise refuse("nesting", limit=MAX_NESTING) from error
    except msgspec.DecodeError as error:
        place = _PLACE.search(str(error))
        at = int(place.group(1)) if place else len(data)
        if b"NaN" in data or b"Infinity" in data or data[at : at + 1] < b" ":
            return
        raise refuse("json_broken", line=data.count(b"\n", 0, at) + 1) from error


class Parser:
    """Parses documents or lines; a key that an object names twice keeps both values, and `notes` tells of it."""

    def __init__(self) -> None:
        self._doubled = 0
        self._example = ""
        self._no_numbers = 0

    def document(self, text: str) -> Any:
        """The whole document. Raises `Unreadable` where it is broken or nested too deep."""
        if len(text) > _HEAD and text[-256:].rstrip("\0 \t\r\n;)")[-1:] not in {"}", "]"}:
            # a download that broke off is known by its end, before a tree is built from the rest
            raise refuse("json_broken", line=text.count("\n") + 1)
        try:
            return self.line(text.replace("\0", ""))
        except json.JSONDecodeError as error:
            raise refuse("json_broken", line=error.lineno) from error
        except RecursionError as error:
            raise refuse("nesting", limit=MAX_NESTING) from error

    def line(self, text: str) -> Any:
        """One value. Raises `ValueError` or `RecursionError`."""
        return json.loads(
            text,
            parse_float=NumberText,
            parse_int=NumberText,
            parse_constant=self._constant,
            object_pairs_hook=self._object,
            strict=False,
        )

    def notes(self) -> list[Note]:
        notes = []
        if self._doubled:
            notes.append(note("json_duplicate_key", count=self._doubled, key=self._example))
        if self._no_numbers:
            notes.append(note("json_not_a_number", count=self._no_numbers))
        return notes

    def _constant(self, name: str) -> NumberText:
        self._no_numbers += 1
        return NumberText(name)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        found = {}
        for key, value in pairs:
            name, number = key, 2
            while name in found:
                name, number = f"{key}_{number}", number + 1
            if name != key:
                self._doubled += 1
                self._example = self._example or key
            found[name] = value
        return found
