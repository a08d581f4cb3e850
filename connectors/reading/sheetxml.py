"""What calamine does not tell about an XLSX sheet, taken from its XML in one pass: formats, hidden rows, error cells.

Regular expressions over pieces of the sheet, because a tree of a million cells would cost more than reading them; small
parts (workbook, relations, styles) go through defusedxml. What does not belong here: values (`sheetcells`).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PIECE = 1024**2
_MOST = 100_000
_SMALL_PART = 16 * 1024**2
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_VALUE = re.compile(rb"<(?:\w{1,9}:)?v>([^<]{0,40})</")
_FORMULA_ONLY = re.compile(
    rb"\br=\"([A-Z]{1,3}\d{1,7})\"[^<>]{0,200}><(?:\w{1,9}:)?f(?:\s[^<>]{0,300})?(?:/>|>[^<]{0,9000}</(?:\w{1,9}:)?f>)"
    rb"(?:<(?:\w{1,9}:)?v\s?/>|<(?:\w{1,9}:)?v></(?:\w{1,9}:)?v>)?</(?:\w{1,9}:)?c>"
)
_HIDDEN_ROW = re.compile(rb"<(?:\w{1,9}:)?row (?=[^<>]{0,300}\bhidden=\"(?:1|true)\")[^<>]{0,300}?\br=\"(\d{1,7})\"")
_COLUMN = re.compile(rb"<(?:\w{1,9}:)?col ([^<>]{0,300})>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_ZEROS = re.compile(r"0{2,20}")
_DATE_SIGNS = re.compile(r"[dmyhsDMYHS]")
_DATE_IDS = tuple(str(number) for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Number formats of ECMA-376 part 1, 18.8.30 that are dates or times without a code of their own."""

_MOST_STYLES = 2_000


@dataclass(slots=True)
class Formats:
    """Numbers of cell styles by what they show: percentages, numbers padded with zeros to a width, dates and times."""

    percent: set[str] = field(default_factory=set)
    zeros: dict[str, int] = field(default_factory=dict)
    dates: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Details:
    """Positions are (row, column) from 0."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncached: list[str] = field(default_factory=list)
    padded: dict[tuple[int, int], int] = field(default_factory=dict)
    percent: set[int] = field(default_factory=set)
    dates: list[tuple[int, int]] = field(default_factory=list)
    """Numbers near the top of the sheet whose format shows a date."""
    hidden_rows: int = 0
    hidden_columns: list[int] = field(default_factory=list)


def details(data: bytes, sheet: str) -> Details:
    """The details of the sheet called `sheet`; empty where the package does not say where it lies."""
    found = Details()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        member = _member(archive, sheet)
        if member is None:
            return found
        formats = _formats(archive)
        pattern, later = _pattern(formats, dates=True), _pattern(formats, dates=False)
        with archive.open(member) as stream:
            rest = b""
            while piece := stream.read(_PIECE):
                window = rest + piece
                cut = _row_start(window)
                _scan(window[:cut], found, formats, pattern)
                # the first rows tell whether the dates are read as dates
                pattern = later if found.dates else pattern
                rest = window[cut:][-_PIECE * 4 :]
            _scan(rest, found, formats, pattern)
    return found


def _row_start(window: bytes) -> int:
    """Where the last row of the piece begins: up to there its cells are whole."""
    at = window.rfind(b"<row")
    return at if at >= 0 else max(window.rfind(b"<", 0, max(window.rfind(b":row"), 0)), 0)


def column_number(letters: bytes) -> int:
    """`A` → 1."""
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value


def column_letters(number: int) -> str:
    """1 → `A`."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _scan(window: bytes, found: Details, formats: Formats, pattern: re.Pattern[bytes]) -> None:
    if b'hidden="' in window:
        found.hidden_rows += len(_HIDDEN_ROW.findall(window))
        _hidden_columns(window, found)
    if b"<f" in window or b":f" in window:
        found.uncached += [cell.decode() for cell in _FORMULA_ONLY.findall(window)][: _MOST - len(found.uncached)]
    _cells(window, found, formats, pattern)


def _hidden_columns(window: bytes, found: Details) -> None:
    for match in _COLUMN.finditer(window):
        attributes = dict(_ATTRIBUTE.findall(match.group(1).decode("ascii", "replace")))
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if attributes.get("hidden") in {"1", "true"} and first.isdigit() and last.isdigit():
            found.hidden_columns += range(int(first), min(int(last), int(first) + 999, 16_384) + 1)


def _cells(window: bytes, found: Details, formats: Formats, pattern: re.Pattern[bytes]) -> None:
    for match in pattern.finditer(window):
        attributes = match.group(3)
        place = int(match.group(2)) - 1, column_number(match.group(1)) - 1
        style = _style(attributes)
        is_number = b't="' not in attributes.replace(b't="n"', b"")
        if b't="e"' in attributes:
            if len(found.errors) < _MOST:
                value = _VALUE.search(window, match.end(), match.end() + 10_000)
                found.errors[place] = value.group(1).decode("utf-8", "replace") if value else "#"
        elif style in formats.percent:
            found.percent.add(place[1])
        elif style in formats.zeros and is_number:
            found.padded[place] = formats.zeros[style]
        elif style in formats.dates and is_number:
            found.dates.append(place)


def _style(attributes: bytes) -> str:
    at = attributes.find(b' s="') if not attributes.startswith(b's="') else -1
    if at < 0 and not attributes.startswith(b's="'):
        return ""
    start = at + 4 if at >= 0 else 3
    return attributes[start : attributes.find(b'"', start)].decode("ascii", "replace")


def _formats(archive: zipfile.ZipFile) -> Formats:
    root = _part(archive, "xl/styles.xml")
    formats = Formats()
    if root is None:
        return formats
    codes = {"9": "0%", "10": "0.00%", **dict.fromkeys(_DATE_IDS, "d")}
    styles: list[str] = []
    for element in root.iter():
        name = element.tag.rsplit("}", 1)[-1]
        if name == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
        elif name == "cellXfs":
            styles = [xf.get("numFmtId", "") for xf in element]
    for at, code in enumerate(codes.get(style, "") for style in styles[:_MOST_STYLES]):
        plain = re.sub(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', "", code.split(";")[0])
        if plain.endswith("%"):
            formats.percent.add(str(at))
        elif _ZEROS.fullmatch(plain):
            formats.zeros[str(at)] = len(plain)
        elif _DATE_SIGNS.search(plain) and "general" not in plain.lower():
            formats.dates.add(str(at))
    return formats


def _pattern(formats: Formats, *, dates: bool) -> re.Pattern[bytes]:
    """Cells with an error or a format that matters; in XML no other cell is worth a look."""
    styles = "|".join(sorted(formats.percent | set(formats.zeros) | (formats.dates if dates else set())))
    wanted = rf'\b(?:t="e"|s="(?:{styles})")' if styles else r'\bt="e"'
    place = r'(?=[^<>]{0,200}\br="([A-Z]{1,3})(\d{1,7})")'
    return re.compile(rf"<(?:\w{{1,9}}:)?c (?=[^<>]{{0,200}}{wanted}){place}([^<>]{{0,200}}?)(?<!/)>".encode())


def _member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Where the sheet lies in the package."""
    book, relations = _part(archive, "xl/workbook.xml"), _part(archive, "xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        return None
    ids = [
        element.get(_REL) or element.get(_STRICT_REL)
        for element in book.iter()
        if element.tag.rsplit("}", 1)[-1] == "sheet" and element.get("name") == sheet
    ]
    targets = {element.get("Id"): element.get("Target", "") for element in relations.iter()}
    target = targets.get(ids[0], "") if ids else ""
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return path if target and path in archive.namelist() and path.endswith(".xml") else None


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    """A small part as a tree; None where it is missing, too large or broken (then there is nothing to be told)."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        if archive.getinfo(name).file_size > _SMALL_PART:
            return None
        root: Element = fromstring(archive.read(name))
    except (KeyError, ParseError, DefusedXmlException, ValueError):
        return None
    return root
