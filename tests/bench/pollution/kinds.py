"""The pollutions: each takes a draft of a file and spoils one thing, as real files of Kommunen are spoilt.

What does not belong here: which tables get which pollution and which are combined (`generate`). What bytes become of
characters stands in `encodings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from tests.bench.pollution import encodings
from tests.bench.pollution.draft import Draft, Line
from tests.bench.pollution.tables import Table

Spoil = Callable[[Draft], Draft]


def _any_table(_table: Table) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Pollution:
    """One way to spoil a file."""

    kind: str
    name: str
    apply: Spoil
    fits: Callable[[Table], bool] = _any_table
    """Whether a person could still read the table as it was."""
    is_combined: bool = True
    """Whether it is also used together with others."""


def pollutions() -> list[Pollution]:
    """All of them, in a fixed order."""
    makers = (_delimiters, _quotes, _escapes, _record_ends, _preambles, _footnotes, _ragged, _several_tables)
    return [one for make in (*makers, _header_rows, _no_header, _header_names, encodings.pollutions) for one in make()]


# ── how it is written ────────────────────────────────────────────────────────────────────────────────────────────────


def _delimiters() -> Iterator[Pollution]:
    single = {"semicolon": ";", "tab": "\t", "pipe": "|", "colon": ":", "caret": "^", "tilde": "~", "hash": "#"}
    several = {"two-pipes": "||", "two-colons": "::", "tilde-pipe-tilde": "~|~", "comma-space": ", ", "arrows": "<>"}
    several |= {"semicolon-space": "; ", "spaced-pipe": " | ", "two-semicolons": ";;"}
    for name, mark in (single | several).items():
        yield Pollution("delimiter", name, partial(_delimit, mark=mark))
    yield Pollution("delimiter", "space", partial(_delimit, mark=" "))
    # without quotes, as mainframes write it: the mark stands in no cell
    for name, mark in {"semicolon": ";", "tab": "\t", "pipe": "|", "two-pipes": "||"}.items():
        yield Pollution("delimiter", f"{name}-unquoted", lambda draft, mark=mark: _unquoted(_delimit(draft, mark=mark)))


def _delimit(draft: Draft, *, mark: str) -> Draft:
    return replace(draft, delimiter=mark)


def _unquoted(draft: Draft) -> Draft:
    """No cell holds anything that would need quotes."""

    def harmless(text: str) -> str:
        for mark in (draft.delimiter.strip() or draft.delimiter, '"', "\n"):
            text = text.replace(mark, "." if mark == "," else " ")
        return " ".join(text.split())

    return replace(draft.with_cells(harmless), quoting="none")


def _quotes() -> Iterator[Pollution]:
    changes: dict[str, dict[str, object]] = {
        "all": {"quoting": "all"},
        "all-semicolon": {"quoting": "all", "delimiter": ";"},
        "text-only": {"quoting": "text", "delimiter": ";"},
        "single": {"quote": "'"},
        "single-all": {"quote": "'", "quoting": "all"},
        "single-semicolon": {"quote": "'", "quoting": "text", "delimiter": ";"},
        "backtick-all": {"quote": "`", "quoting": "all", "delimiter": ";"},
        "spaced": {"quoting": "text", "spaced": True, "delimiter": ";"},
        "spaced-comma": {"quoting": "all", "spaced": True},
    }
    for name, change in changes.items():
        yield Pollution("quote", name, partial(replace, **change))  # type: ignore[arg-type]
    yield Pollution("quote", "none", lambda draft: _unquoted(replace(draft, delimiter=";")))


def _escapes() -> Iterator[Pollution]:
    yield Pollution("escape", "backslash", lambda draft: replace(_with_quotes(draft), escape="backslash"))
    yield Pollution("escape", "doubled", _with_quotes)
    yield Pollution(
        "escape", "backslash-semicolon", lambda d: replace(_with_quotes(d), escape="backslash", delimiter=";")
    )
    yield Pollution("escape", "backslash-delimiter", _backslash_delimiter, is_combined=False)
    yield Pollution("escape", "unescaped", _unescaped, is_combined=False)
    yield Pollution("escape", "stray", _stray)
    yield Pollution("escape", "not-closed", partial(_lost_quote, at_end=True), is_combined=False)
    yield Pollution("escape", "not-opened", partial(_lost_quote, at_end=False), is_combined=False)


def _with_quotes(draft: Draft) -> Draft:
    """Every fourth cell of text is a title in quotes with a delimiter behind it."""
    return _change_texts(draft, lambda text: f'{text} "Altes Rathaus", Süd; Ost')


def _change_texts(draft: Draft, change: Callable[[str], str], every: int = 4) -> Draft:
    column = _text_column(draft.truth)
    rows = tuple(
        (*row[:column], change(row[column]), *row[column + 1 :]) if number % every == 1 and row[column] else row
        for number, row in enumerate(draft.truth.rows)
    )
    return draft.with_rows(rows, rows)


def _text_column(table: Table) -> int:
    """The column with most letters: where a clerk writes words."""
    letters = [sum(c.isalpha() for row in table.rows for c in row[at]) for at in range(len(table.header))]
    return letters.index(max(letters))


def _backslash_delimiter(draft: Draft) -> Draft:
    """No quotes; a delimiter inside a cell has a backslash before it."""
    draft = _unquoted(replace(draft, delimiter=";"))
    draft = _change_texts(draft, lambda text: f"{text}; Hof")
    body = tuple(tuple(cell.replace(";", r"\;") for cell in row) for row in draft.body)
    return replace(draft, body=body)


def _unescaped(draft: Draft) -> Draft:
    """Quotes around every cell, quotes inside as they are."""
    draft = _unquoted(replace(draft, delimiter=";"))
    draft = _change_texts(draft, lambda text: f'{text} "Altes Rathaus" Ost')
    return replace(draft, quoting="all", escape="raw")


def _stray(draft: Draft) -> Draft:
    """Inch marks in cells that are not quoted."""
    return _change_texts(_unquoted(replace(draft, delimiter=";")), lambda text: f'{text} 5" Rohr')


def _lost_quote(draft: Draft, *, at_end: bool) -> Draft:
    """Every cell is quoted; in one record one quote is lost. The text of that cell keeps the one it has."""
    draft = _unquoted(replace(draft, delimiter=";"))
    at, column = len(draft.body) // 2, _text_column(draft.truth)
    written = '"{}"'
    kept = '"{}' if at_end else '{}"'
    body = [tuple(written.format(cell) for cell in row) for row in draft.body]
    truth = list(draft.truth.rows)
    cell = kept.format(truth[at][column])
    body[at] = (*body[at][:column], cell, *body[at][column + 1 :])
    truth[at] = (*truth[at][:column], cell, *truth[at][column + 1 :])
    head = tuple(tuple(written.format(name) for name in line) for line in draft.head)
    return replace(draft.with_rows(tuple(truth), tuple(body)), head=head)


def _record_ends() -> Iterator[Pollution]:
    ends = {"crlf": ("\r\n",), "cr": ("\r",), "crcrlf": ("\r\r\n",), "blank-between": ("\n\n",)}
    ends |= {"lf-and-crlf": ("\n", "\r\n"), "all-three": ("\n", "\r\n", "\r"), "mostly-crlf": ("\r\n",) * 5 + ("\n",)}
    for name, marks in ends.items():
        yield Pollution("record end", name, partial(replace, ends=marks))  # type: ignore[arg-type]
    yield Pollution("record end", "none-at-the-end", partial(replace, last_end=False))  # type: ignore[arg-type]
    yield Pollution("record end", "blank-lines-at-the-end", partial(replace, tail="\n\n\n"))  # type: ignore[arg-type]
    yield Pollution("record end", "ctrl-z", partial(replace, tail="\x1a", ends=("\r\n",)))  # type: ignore[arg-type]
    yield Pollution("record end", "delimiter-at-the-end", _delimiter_at_the_end)


def _delimiter_at_the_end(draft: Draft) -> Draft:
    head, body = (tuple((*line, "") for line in lines) for lines in (draft.head, draft.body))
    return replace(draft, head=head, body=body, delimiter=";")


# ── what stands around the table ─────────────────────────────────────────────────────────────────────────────────────


def _preambles() -> Iterator[Pollution]:
    def above(draft: Draft, *lines: Line) -> Draft:
        return replace(draft, before=(*draft.before, *lines))

    yield Pollution("preamble", "title", lambda d: above(d, f"Übersicht {d.truth.name.title()} der Stadt Nördlingen"))
    yield Pollution("preamble", "title-and-blank", lambda d: above(d, "Verzeichnis der Gemeinde Gräfelfing", ""))
    yield Pollution(
        "preamble", "title-and-date", lambda d: above(d, "Stadt Fürth, Amt für Statistik", "Stand: 31.12.2025", "")
    )
    yield Pollution("preamble", "padded-title", lambda d: above(d, ("Bestand 2025", *_blank(d)[1:])))
    yield Pollution(
        "preamble", "padded-lines", lambda d: above(d, ("Bestand 2025", *_blank(d)[1:]), _blank(d), _blank(d))
    )
    yield Pollution("preamble", "comments", lambda d: above(d, "# Ausgabe des Fachverfahrens", "# erstellt 12.01.2026"))
    yield Pollution(
        "preamble",
        "key-and-value",
        lambda d: above(d, ("Herausgeber", "Stadt Fürth"), ("Stand", "2025")),
        lambda table: len(table.header) >= 3,  # in a table of two columns they might be records
    )
    yield Pollution(
        "preamble",
        "eight-lines",
        lambda d: above(
            d,
            "Landratsamt Musterkreis",
            "Sachgebiet 12 – Liegenschaften",
            "Rathausplatz 1, 90762 Fürth",
            "",
            "Bericht: Bestandsliste",
            "Zeitraum: 01.01.2025 bis 31.12.2025",
            "Bearbeiter: Sachgebiet 12",
            "",
        ),
    )
    yield Pollution("preamble", "blank-lines", lambda d: above(d, "", ""))
    yield Pollution("preamble", "sep-line", _sep_line, is_combined=False)


def _blank(draft: Draft) -> tuple[str, ...]:
    return ("",) * len(draft.body[0])


def _sep_line(draft: Draft) -> Draft:
    return replace(draft, before=("sep=;",), delimiter=";")


def _footnotes() -> Iterator[Pollution]:
    def below(draft: Draft, *lines: Line) -> Draft:
        return replace(draft, after=(*draft.after, *lines))

    yield Pollution("footnote", "source", lambda d: below(d, "Quelle: Stadt Nördlingen"), fits=_is_wide)
    yield Pollution(
        "footnote", "blank-and-source", lambda d: below(d, "", "Quelle: Amt für Statistik, eigene Erhebung")
    )
    yield Pollution("footnote", "date", lambda d: below(d, "", "Stand: 31.12.2025"))
    yield Pollution("footnote", "star", lambda d: below(d, "* vorläufige Angaben"), fits=_is_wide)
    yield Pollution(
        "footnote", "numbered", lambda d: below(d, "", "1) ohne Ortsteile", "2) geschätzt; siehe Jahrbuch, Seite 12")
    )
    yield Pollution("footnote", "copyright", lambda d: below(d, "", "© Stadt Fürth 2026, Lizenz: CC BY 4.0"))
    yield Pollution("footnote", "padded-source", lambda d: below(d, _blank(d), ("Quelle: Stadt Fürth", *_blank(d)[1:])))
    yield Pollution(
        "footnote", "two-lines", lambda d: below(d, "", "Quelle: Einwohnermelderegister", "Erstellt am: 12.01.2026")
    )
    yield Pollution("footnote", "comment", lambda d: below(d, "# Ende der Ausgabe"))


def _is_wide(table: Table) -> bool:
    """A line with one cell cannot be one of the table's own."""
    return len(table.header) >= 4


def _several_tables() -> Iterator[Pollution]:
    other = (("Ortsteil", "Fläche in ha", "Höfe"), ("Süd", "12,5", "7"), ("Höfen", "8,25", "12"), ("Nord", "3", "1"))
    titled = ("", "Tabelle 2: Fläche der Ortsteile", "", *other)

    def below(draft: Draft, *lines: Line) -> Draft:
        return replace(draft, after=(*draft.after, *lines))

    def same_width(draft: Draft, rows: int) -> tuple[Line, ...]:
        width = len(draft.body[0])
        head = tuple(f"Kennzahl {number}" for number in range(1, width + 1))
        return (head, *(tuple(str((7 * row + 13 * at) % 500) for at in range(width)) for row in range(rows)))

    fits = _is_long
    yield Pollution("several tables", "blank-between", lambda d: below(d, "", *other), fits)
    yield Pollution("several tables", "two-blank-between", lambda d: below(d, "", "", *other), fits)
    yield Pollution("several tables", "titled", lambda d: below(d, *titled), fits)
    yield Pollution("several tables", "same-width", lambda d: below(d, "", *same_width(d, 4)), fits)
    yield Pollution("several tables", "padded-between", lambda d: below(d, _blank(d), *same_width(d, 4)), fits)
    yield Pollution("several tables", "three", lambda d: below(d, "", *other, "", *same_width(d, 3)), fits)
    yield Pollution(
        "several tables",
        "both-titled",
        lambda d: replace(below(d, *titled), before=("Tabelle 1: Bestand", "", *d.before)),
        fits,
    )


def _is_long(table: Table) -> bool:
    """The first table is the greater one: nobody would take another for the main one."""
    return len(table.rows) >= 12 and len(table.header) >= 3


# ── the records ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _ragged() -> Iterator[Pollution]:
    yield Pollution("ragged", "one-short", partial(_short, every=0), _is_long)
    yield Pollution("ragged", "many-short", partial(_short, every=5), _is_long)
    yield Pollution("ragged", "empty-ends-cut", _cut_ends)
    yield Pollution("ragged", "one-long", _long, _is_long)
    yield Pollution("ragged", "long-but-empty", _long_but_empty, _is_long)
    yield Pollution("ragged", "blank-line", partial(_gap, is_padded=False), _is_long)
    yield Pollution("ragged", "delimiters-only", partial(_gap, is_padded=True), _is_long)
    yield Pollution("ragged", "short-and-long", lambda draft: _long(_short(draft, every=7)), _is_long)


def _short(draft: Draft, *, every: int) -> Draft:
    """Records that lack their last cells: the truth is padded."""
    middle, width = len(draft.body) // 2, max(2, len(draft.truth.header) - 2)
    is_cut = [number % every == 3 if every else number == middle for number in range(len(draft.body))]
    rows = tuple(row[:width] if cut else row for row, cut in zip(draft.body, is_cut, strict=True))
    return draft.with_rows(rows, rows)


def _cut_ends(draft: Draft) -> Draft:
    """Empty cells at the end of a record are not written, as spreadsheets do."""

    def cut(row: tuple[str, ...]) -> tuple[str, ...]:
        while len(row) > 1 and not row[-1]:
            row = row[:-1]
        return row

    column = len(draft.truth.header) - 1
    rows = tuple(
        (*row[:column], "") if number % 3 == 0 and column > 1 else row for number, row in enumerate(draft.body)
    )
    return draft.with_rows(rows, tuple(map(cut, rows)))


def _long(draft: Draft) -> Draft:
    """One record has a cell more: it stays."""
    at = len(draft.body) // 2
    rows = (*draft.body[:at], (*draft.body[at], "Nachtrag"), *draft.body[at + 1 :])
    return draft.with_rows(rows, rows)


def _long_but_empty(draft: Draft) -> Draft:
    at = len(draft.body) // 3
    return replace(draft, body=(*draft.body[:at], (*draft.body[at], "", ""), *draft.body[at + 1 :]))


def _gap(draft: Draft, *, is_padded: bool) -> Draft:
    """Two empty records in the middle, and the table goes on."""
    at = len(draft.body) // 2
    blank = _blank(draft) if is_padded else ("",)
    return replace(draft, body=(*draft.body[:at], blank, *draft.body[at:]))


# ── the header ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _header_rows() -> Iterator[Pollution]:
    yield Pollution("header rows", "group-above", partial(_grouped, is_merged=True), _is_groupable)
    yield Pollution("header rows", "group-above-repeated", partial(_grouped, is_merged=False), _is_groupable)
    yield Pollution("header rows", "units-below", _with_units, _is_groupable)
    yield Pollution("header rows", "two-lines-of-one-name", _broken_names, _is_groupable)


def _is_groupable(table: Table) -> bool:
    return len(table.header) >= 5 and table.is_typed and len(table.rows) >= 8


def _grouped(draft: Draft, *, is_merged: bool) -> Draft:
    """A line above the names says what two groups of columns have in common; merged cells stand once."""
    names = draft.truth.header
    middle = len(names) // 2
    groups = ("Stammdaten",) * middle + ("Angaben im Einzelnen",) * (len(names) - middle)
    firsts = {0, middle}
    written = tuple(group if not is_merged or at in firsts else "" for at, group in enumerate(groups))
    joined = tuple(f"{group} {name}" for group, name in zip(groups, names, strict=True))
    return replace(draft, truth=replace(draft.truth, header=joined), head=(written, names))


def _with_units(draft: Draft) -> Draft:
    """A line below the names says the units of some."""
    names = draft.truth.header
    units = tuple(("", "[Nr.]", "", "[Anzahl]", "[m]")[at % 5] for at in range(len(names)))
    joined = tuple(f"{name} {unit}".strip() for name, unit in zip(names, units, strict=True))
    return replace(draft, truth=replace(draft.truth, header=joined), head=(names, units))


def _broken_names(draft: Draft) -> Draft:
    """Each name goes on in the next line."""
    names = draft.truth.header
    below = tuple(("lt. Verzeichnis", "(amtlich)", "gerundet")[at % 3] for at in range(len(names)))
    joined = tuple(f"{name} {more}" for name, more in zip(names, below, strict=True))
    return replace(draft, truth=replace(draft.truth, header=joined), head=(names, below))


def _no_header() -> Iterator[Pollution]:
    def bare(draft: Draft) -> Draft:
        return replace(draft, head=(), has_header=False)

    def fits(table: Table) -> bool:
        return table.is_typed and len(table.rows) >= 8

    yield Pollution("no header", "comma", bare, fits)
    yield Pollution("no header", "semicolon", lambda d: bare(replace(d, delimiter=";")), fits)
    yield Pollution("no header", "tab-unquoted", lambda d: bare(_unquoted(replace(d, delimiter="\t"))), fits)
    yield Pollution("no header", "quoted", lambda d: bare(replace(d, quoting="all", delimiter=";")), fits)


def _header_names() -> Iterator[Pollution]:
    def renamed(draft: Draft, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Draft:
        names = change(draft.truth.header)
        # names with marks in them are quoted also where nothing else is
        has_marks = any(mark in name for name in names for mark in ("\n", draft.delimiter))
        quoting = "minimal" if draft.quoting == "none" and has_marks else draft.quoting
        return replace(draft, truth=replace(draft.truth, header=names), head=(names,), quoting=quoting)

    def twin(names: tuple[str, ...]) -> tuple[str, ...]:
        return (*names[:-1], names[-2])

    yield Pollution("header names", "twice", lambda d: renamed(d, twin), _is_long)
    yield Pollution("header names", "empty-last", lambda d: renamed(d, lambda n: (*n[:-1], "")), _is_filled_last)
    yield Pollution("header names", "empty-first", lambda d: renamed(d, lambda n: ("", *n[1:])), _is_long)
    yield Pollution("header names", "empty-middle", lambda d: renamed(d, lambda n: (n[0], "", *n[2:])), _is_long)
    yield Pollution(
        "header names",
        "twice-and-empty",
        lambda d: renamed(d, lambda n: ("", *twin(n)[1:])),
        lambda t: len(t.header) > 3,
    )
    yield Pollution("header names", "line-break", lambda d: renamed(d, lambda n: (f"{n[0]}\n(amtlich)", *n[1:])))
    yield Pollution(
        "header names", "delimiter-inside", lambda d: renamed(d, lambda n: (*n[:-1], f"{n[-1]}, gesamt; netto"))
    )
    yield Pollution(
        "header names", "capitals", lambda d: renamed(d, lambda n: tuple(f"{x[:8].upper()}" for x in n)), _is_capital
    )
    yield Pollution(
        "header names", "long", lambda d: renamed(d, lambda n: (*n[:-1], f"{n[-1]} " + "nach Angabe " * 20 + "x"))
    )


def _is_filled_last(table: Table) -> bool:
    return len(table.header) >= 4 and any(row[-1] for row in table.rows)


def _is_capital(table: Table) -> bool:
    return len({name[:8].upper() for name in table.header}) == len(table.header) and "ß" not in "".join(table.header)
