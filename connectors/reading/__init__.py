"""The reading room: any municipal table file becomes a table of strings and a report of how it was read.

| module | answers |
|---|---|
| `reader`, `batch`, `joint` | which kind of file, which module reads it (`read_table`, `read_many`) |
| `kinds` | what is it, by content? PDF, pictures and the like are refused here |
| `encoding`, `mojibake`, `lineends`, `delimited` | text: bytes to characters and lines |
| `candidates`, `dialect`, `quotes`, `fixedwidth` | text: delimiters, quotes, drawn tables |
| `records`, `parser`, `splitter`, `quotescan`, `bulk` | text: records and their cells, tolerantly and in bulk |
| `chunks`, `outline`, `blocks` | large text, a block at a time |
| `textfile`, `tables` | decoded text to its table; several tables in one text |
| `cells`, `words`, `layout`, `headerrows`, `footers`, `facts` | any grid: title lines, header rows, lines beside it |
| `head`, `assemble`, `builder`, `mend`, `names`, `choices` | records to columns: header, torn rows, names, decisions |
| `workbook`, `sheets`, `sheetcells`, `sheetxml`, `sheettables`, `merged` | XLSX, XLSB, XLS, ODS |
| `precheck`, `archive`, `package` | what is refused before it is loaded; zip and workbook packages |
| `jsonfile`, `jsontext`, `envelopes`, `geojson`, `geometry`, `flatten` | JSON and GeoJSON |
| `xmlfile`, `xmltree`, `xmlcells`, `xmlplaces` | XML, KML, GPX |
| `htmltable`, `dbf`, `shapes`, `parquet`, `geoparquet` | everything else that has records |
| `writing`, `many` | the table as RFC 4180 CSV; many files into one folder |
| `messages`, `limits`, `result` | the German sentences, the bounds, the values that leave the room |

Nothing is converted here: every cell's text stays as it stood. What a column means is `standards`' business.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.reading.reader import read_many, read_table
    from connectors.reading.result import Decision, Note, ReadReport, ReadResult, Unreadable
    from connectors.reading.writing import write_csv

__all__ = ["Decision", "Note", "ReadReport", "ReadResult", "Unreadable", "read_many", "read_table", "write_csv"]
_FROM = dict.fromkeys(["read_many", "read_table"], "reader") | {"write_csv": "writing"}


def __getattr__(name: str) -> Any:
    """Formats are loaded when one is read: half of a short command's time would go into those that are not."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FROM.get(name, 'result')}"), name)
