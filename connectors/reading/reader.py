"""The two ways in: `read_table` for one file, `read_many` for thousands. Finds the kind and calls the right module.

What does not belong here: any format's details.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from connectors.reading.archive import gunzipped, single_table
from connectors.reading.batch import Fingerprint, Memory, fingerprint
from connectors.reading.delimited import read_delimited
from connectors.reading.jsonfile import read_json, read_ndjson
from connectors.reading.kinds import Kind, kind_of
from connectors.reading.limits import FAST_BYTES
from connectors.reading.messages import note, refuse
from connectors.reading.precheck import precheck
from connectors.reading.result import Decision, Note, ReadResult, Unreadable
from connectors.reading.shapes import is_shapefile, read_shapefile

_SUFFIXES: dict[str, tuple[str, ...]] = {
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "xlsb": (".xlsb",),
    "xls": (".xls", ".xlt"),
    "ods": (".ods",),
    "json": (".json", ".geojson", ".topojson"),
    "ndjson": (".ndjson", ".jsonl", ".json", ".geojsonl"),
    "html": (".html", ".htm"),
    "dbf": (".dbf",),
    "parquet": (".parquet", ".pq", ".geoparquet"),
    "arrow": (".arrow", ".feather", ".ipc"),
}
_NESTED = 2
"""A zip inside a zip, or a gzip file inside one, is opened; what lies deeper is not."""

_TEXT = {".csv", ".tsv", ".txt", ".tab", ""}
_WORDS = {
    "text": "ein Text mit Trennzeichen",
    "html": "eine Webseite",
    "json": "JSON",
    "ndjson": "JSON",
}


def read_table(source: Path | bytes, *, filename: str = "", sheet: str | None = None) -> ReadResult:
    """Any municipal table file as a table of strings with a report of how it was read.

    `source`: the file or its bytes; `filename`: its name, where only bytes are given (a weak hint: content decides);
    `sheet`: which sheet of a workbook, or which list of a JSON or XML document (its path). Raises `Unreadable`.
    """
    if isinstance(source, Path):
        filename = filename or source.name
        data = _load(source)
    else:
        data = source
    try:
        return _read(data, filename, sheet)
    except (Unreadable, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    # hostile bytes reach a dozen parsers, and a panic in compiled code is no `Exception`: the clerk gets a sentence
    except BaseException as error:
        raise refuse("unexpected", error=type(error).__name__) from error


def read_many(items: Sequence[tuple[str, bytes]], memory: Memory | None = None) -> list[ReadResult | Unreadable]:
    """Each (file name, bytes) as `read_table` reads it, in order; a refusal takes the place of its result.

    `memory`: the layouts that an earlier call met.
    """
    memory = memory or Memory()
    results: dict[int, ReadResult | Unreadable] = {}
    waiting: dict[Fingerprint, list[int]] = defaultdict(list)
    for at, (filename, data) in enumerate(items):
        key = fingerprint(data) if PurePosixPath(filename).suffix.lower() in _TEXT and len(data) <= FAST_BYTES else None
        if key is not None and memory.encoding(key) is not None:
            waiting[key].append(at)
        else:
            results[at] = _remembered(items[at], memory)
    for key, places in waiting.items():
        _read_alike(items, key, places, memory, results)
    return [results[at] for at in range(len(items))]


def _read_alike(
    items: Sequence[tuple[str, bytes]],
    key: Fingerprint,
    places: list[int],
    memory: Memory,
    results: dict[int, ReadResult | Unreadable],
) -> None:
    """Files with one first line: together once per encoding, what is left over one by one."""
    tried: set[str | None] = set()
    while places:
        encoding = memory.encoding(key)
        if encoding not in tried:
            tried.add(encoding)
            found = memory.recall_together(key, [items[at][1] for at in places])
            results.update({at: result for at, result in zip(places, found, strict=True) if result is not None})
            places = [at for at, result in zip(places, found, strict=True) if result is None]
        else:
            results[places[0]] = _remembered(items[places[0]], memory)
            places = places[1:]


def _remembered(item: tuple[str, bytes], memory: Memory) -> ReadResult | Unreadable:
    """Read the long way, and remembered where it is plain."""
    filename, data = item
    try:
        result = read_table(data, filename=filename)
    except Unreadable as refusal:
        return refusal
    memory.remember(data, result)
    return result


def _read(data: bytes, filename: str, sheet: str | None, depth: int = 0) -> ReadResult:
    kind = kind_of(data, filename)
    if kind in {"zip", "gzip"}:
        if depth >= _NESTED:
            raise refuse("archive_nested")
        return _unpacked(data, kind, filename, sheet, depth)
    result = _READERS[kind](data, sheet)
    suffix = PurePosixPath(filename).suffix.lower()
    known = _SUFFIXES.get(kind, ())
    foreign = {end for ends in _SUFFIXES.values() for end in ends}
    if (known and suffix and suffix not in known) or (kind in {"text", "xml"} and suffix in foreign - {".json"}):
        return _noted(result, note("wrong_suffix", suffix=suffix, actual=_WORDS.get(kind, kind.upper())))
    return result


def _unpacked(data: bytes, kind: Kind, filename: str, sheet: str | None, depth: int) -> ReadResult:
    """The table inside an archive or a gzip file, with its name in the report."""
    if kind == "gzip":
        inner = PurePosixPath(filename).stem if filename.lower().endswith((".gz", ".gzip")) else ""
        return _noted(_read(gunzipped(data), inner, sheet, depth + 1), note("gzip"))
    if is_shapefile(data):
        return read_shapefile(data, sheet)
    member, content, names = single_table(data, sheet)
    inside = None if sheet in {member, PurePosixPath(member).name} else sheet
    result = _read(content, member, inside, depth + 1)
    reason = "verlangt" if sheet and inside is None else "die einzige Tabelle im Archiv"
    others = ", ".join(name for name in names if name != member)
    decisions = (Decision("member", member, reason, others), *result.report.decisions)
    result = replace(result, report=replace(result.report, decisions=decisions))
    return _noted(result, note("archive_member", member=member))


def _noted(result: ReadResult, *notes: Note) -> ReadResult:
    return replace(result, report=replace(result.report, notes=(*notes, *result.report.notes)))


def _load(path: Path) -> bytes:
    try:
        precheck(path)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise refuse("not_found", name=path.name) from error
    except IsADirectoryError as error:
        raise refuse("is_folder", name=path.name) from error
    except PermissionError as error:
        raise refuse("no_access", name=path.name) from error
    except OSError as error:
        raise refuse("no_file", name=path.name) from error


def _workbook(kind: Kind) -> Callable[[bytes, str | None], ReadResult]:
    def read(data: bytes, sheet: str | None) -> ReadResult:
        from connectors.reading.workbook import read_workbook

        return read_workbook(data, kind, sheet)  # type: ignore[arg-type]

    return read


def _xml(data: bytes, sheet: str | None) -> ReadResult:
    from connectors.reading.xmlfile import read_xml

    return read_xml(data, sheet)


def _html(data: bytes, sheet: str | None) -> ReadResult:
    from connectors.reading.htmltable import read_html

    return read_html(data, sheet)


def _dbf(data: bytes, sheet: str | None) -> ReadResult:
    from connectors.reading.dbf import read_dbf

    del sheet
    return read_dbf(data)


def _parquet(data: bytes, sheet: str | None) -> ReadResult:
    from connectors.reading.parquet import read_parquet

    del sheet
    return read_parquet(data)


def _arrow(data: bytes, sheet: str | None) -> ReadResult:
    from connectors.reading.parquet import read_arrow

    del sheet
    return read_arrow(data)


_READERS: dict[str, Callable[[bytes, str | None], ReadResult]] = {
    "text": read_delimited,
    "json": read_json,
    "ndjson": lambda data, _sheet: read_ndjson(data),
    "xlsx": _workbook("xlsx"),
    "xlsb": _workbook("xlsb"),
    "xls": _workbook("xls"),
    "ods": _workbook("ods"),
    "xml": _xml,
    "html": _html,
    "dbf": _dbf,
    "parquet": _parquet,
    "arrow": _arrow,
}
