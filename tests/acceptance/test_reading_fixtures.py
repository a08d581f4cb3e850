"""The fixtures of peers with known answers: csv-spectrum, W3C CSVW, frictionless, csvlint. Exceptions have a reason."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.reading import Unreadable, read_table
from tests.connectors.reading_ledger import unaccounted

CSV = Path(__file__).resolve().parents[3] / "shared" / "data" / "csv"


@dataclass(frozen=True)
class Told:
    """What a person sees in the file: how it is written, and which of its records are not data."""

    delimiter: str = ","
    encoding: str = "utf-8-sig"
    above: int = 0
    header: bool = True
    is_padded: bool = False
    escape: str | None = None
    comments: bool = False
    below: int = 0


SEMICOLON, PADDED, NO_HEADER = Told(";"), Told(is_padded=True), Told(header=False)
COMMENTED, LATIN = Told(comments=True), Told(encoding="cp1252")
TOLD = {
    **dict.fromkeys(["accent", "delimiter", "issue-1009-semicolon", "issue-1100", "issue-1105-timezone"], SEMICOLON),
    **dict.fromkeys(["issue-1138", "issue-1232", "table-delimiter", "vix"], SEMICOLON),
    **dict.fromkeys(["capitals", "issue-1109", "table-limits", "events-listing"], PADDED),
    **dict.fromkeys(["chunk2.headless", "chunk3", "without-headers", "without-headers-extra", "test019"], NO_HEADER),
    **dict.fromkeys(["test249", "test258", "test283", "transpose"], NO_HEADER),
    **dict.fromkeys(["countries", "matrix-with-comment", "skip-blank-at-the-end", "skip-rows"], COMMENTED),
    **dict.fromkeys(["skip-rows-before-headers", "test051", "test052", "test057"], COMMENTED),
    **dict.fromkeys(["HEFCE_organogram_senior_data_31032011", "HEFCE_organogram_junior_data_31032011"], LATIN),
    **dict.fromkeys(["latin1", "invalid-byte-sequence"], LATIN),
    "test022": Told(is_padded=True),
    "test058": Told(is_padded=True, comments=True),
    "country-2": Told(";", comments=True),
    "dialect": Told("|"),
    "escaping": Told(is_padded=True, escape="\\"),
    "table-with-accents": Told(";", "cp1252"),
    "title-row": Told(above=1),
    "CSV_QS601EW2011WARDH_151277": Told(above=3),
    "ESCC-payment-data-Q2281011": Told(encoding="cp1252", above=1),
    "mth-10-january-2014": Told(encoding="cp1252", above=1),
    "soc_structure_2010": Told(above=5),
}
EXCEPTIONS = {
    "HXL_3W_samples_draft_Multilingual": "the row of HXL tags below the names is joined to them",
    "cambornedata": "the row of units is joined to the names, as it should be",
    "cambornedata-snippet": "the same",
    "ni.2449-S3": "three header rows are joined",
    "methane_molecular_structure_xyz_20140911": "fixed width without a header",
    "duplicate-column": "`A,B` above `a,b`: nothing tells the names from the data",
    "invalid_many_rows": "a quote too many in line 4: the csv module takes the rest of the file for one cell",
    "table-infer-iso-8859-7": "Greek in a Greek set without a mark, read as Windows-1252 with a note",
    "test247": "one time and its pattern: every reading of `HH:mm:ss.S` is as good",
}


def fixtures() -> list[Path]:
    found = [path for name in ("w3c_csvw", "frictionless", "csvlint") for path in sorted((CSV / name).glob("*.csv"))]
    return found or [pytest.param(Path("fehlt"), marks=pytest.mark.skip("../shared/data is not here"))]  # type: ignore[list-item]


def answer(path: Path, told: Told) -> list[list[str]]:
    """The records by Python's csv module, told everything."""
    text = path.read_bytes().decode(told.encoding)
    lines = io.StringIO(text, newline="")
    records = csv.reader(
        lines,
        delimiter=told.delimiter,
        skipinitialspace=told.is_padded,
        escapechar=told.escape,
    )
    kept = [record for record in records if any(cell.strip() for cell in record)][told.above :]
    kept = [record for record in kept if not (told.comments and record[0].startswith("#"))]
    return [[cell.strip() if told.is_padded else cell for cell in record] for record in kept]


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: "/".join(path.parts[-2:]))
def test_reading_fixture_gives_the_known_answer(path: Path) -> None:
    """Header, rows and every cell of the fixture, as the csv module told its dialect reads them."""
    if path.stem in EXCEPTIONS:
        pytest.skip(EXCEPTIONS[path.stem])
    told = TOLD.get(path.stem, Told())
    records = answer(path, told)
    if not records:
        with pytest.raises(Unreadable, match=r"leer|kein Text"):
            read_table(path)
        return
    result = read_table(path)
    names = list(result.frame.columns)
    if told.header:
        header, records = records[0], records[1:]
        header = header + [""] * (len(names) - len(header))
        for at, (name, raw) in enumerate(zip(names, header, strict=False)):
            assert name == raw.strip() or not raw.strip() or raw.strip() in [cell.strip() for cell in header[:at]]
    else:
        assert result.report.header_row is None
    rows = [[cell or "" for cell in row] for row in result.frame.iter_rows()]
    if told.is_padded:
        rows = [[cell.strip() for cell in row] for row in rows]
    assert rows == [record[: len(names)] + [""] * (len(names) - len(record)) for record in records]
    assert all(not any(record[len(names) :]) for record in records)


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: "/".join(path.parts[-2:]))
def test_reading_fixture_loses_no_word(path: Path) -> None:
    """Every word of the fixture, also of the exceptions, is in the table, its names or a note."""
    try:
        result = read_table(path)
    except Unreadable:
        return
    encoding = {"windows-1252": "cp1252", "macintosh": "mac_roman"}.get(result.report.encoding or "", "")
    assert not unaccounted(path.read_bytes().decode(encoding or result.report.encoding or "utf-8"), result)


SPECTRUM = {
    "location_coordinates": "the fixture's JSON has another phone number than its CSV",
    "newlines_crlf": "the fixture's CSV was saved with LF inside the quotes",
}


@pytest.mark.parametrize(
    "path",
    sorted((CSV / "csv-spectrum/csvs").glob("*.csv"))
    or [pytest.param(Path("fehlt"), marks=pytest.mark.skip("../shared/data is not here"))],
    ids=lambda path: path.stem,
)
def test_reading_fixture_csv_spectrum(path: Path) -> None:
    """csv-spectrum's files give the records its JSON files list."""
    if path.stem in SPECTRUM:
        pytest.skip(SPECTRUM[path.stem])
    expected = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text("utf-8").replace("\\r\\n", "\\n"))
    assert [{k: v or "" for k, v in row.items()} for row in read_table(path).frame.to_dicts()] == expected
