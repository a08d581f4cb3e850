"""All sentences of the reading room, in plain German, keyed by stable code.

What does not belong here: when a sentence is said (the modules that decide).
"""

from __future__ import annotations

from connectors.reading.result import Note, Unreadable

NOTES: dict[str, str] = {
    "encoding": "Zeichensatz {chosen} gewählt: {reason}. Nächster Kandidat: {runner_up}.",
    "encoding_mixed": "Die Datei mischt Zeichensätze: {count} Stellen passen nicht zu UTF-8 und wurden als "
    "Windows-1252 gelesen.",
    "encoding_truncated": "Das letzte Zeichen der Datei ist abgeschnitten. Wahrscheinlich ist die Datei unvollständig.",
    "mojibake_repaired": "Die Umlaute waren doppelt kodiert (zum Beispiel „{before}“ statt „{after}“) und wurden "
    "an {count} Stellen zurückgesetzt.",
    "mojibake_suspected": "Einige Umlaute sehen doppelt kodiert aus (zum Beispiel „{before}“). Sie blieben, wie sie "
    "sind.",
    "replacement_characters": "{count} Zeichen waren schon in der Datei unlesbar (�). Bitte die Quelle prüfen.",
    "dos_end": "Das Dateiende-Zeichen von DOS (Strg-Z) am Ende wurde entfernt.",
    "marks_inside": "{count} Erkennungszeichen (BOM) mitten in der Datei wurden entfernt; sie bleiben zurück, wenn "
    "Dateien aneinandergehängt werden.",
    "nul_bytes": "{count} NUL-Zeichen wurden entfernt.",
    "line_endings_mixed": "Die Datei mischt verschiedene Zeilenenden.",
    "delimiter": "Trennzeichen {chosen} gewählt (Bewertung {score}). Nächster Kandidat: {runner_up}.",
    "delimiter_none": "Kein Trennzeichen gefunden: Die Datei wurde als Liste mit einer Spalte gelesen.",
    "delimiter_told": "Die erste Zeile nennt das Trennzeichen {chosen}.",
    "escape_backslash": "Anführungszeichen sind mit \\ maskiert.",
    "drawn": "Die Tabelle ist mit Leerzeichen oder Linien gezeichnet: {reason}.",
    "tables": "In der Datei stehen {count} Tabellen untereinander. Gelesen wurde „{name}“ (Zeilen {first} bis {last}): "
    "{reason}.",
    "sheet_tables": "Auf dem Blatt stehen {count} Tabellen. Gelesen wurde „{name}“ ({area}): {reason}.",
    "sheet_table_other": "Nicht gelesen wurde „{name}“ ({area}). Sie lässt sich als „Blatt/{name}“ auswählen.",
    "table_other": "Nicht gelesen wurde „{name}“ (Zeilen {first} bis {last}) mit {count} Spalten: {text}. Sie lässt "
    "sich mit ihrem Namen als Blatt auswählen.",
    "dialect_ambiguous": "Zwei Lesarten passen gleich gut: {chosen} ergibt {columns} Spalten, {other} ergibt "
    "{other_columns}. Gelesen wurde mit {chosen}; bitte prüfen, ob das stimmt.",
    "fixed_width": "Spalten fester Breite erkannt, Spaltenanfänge: {starts}.",
    "preamble_line": "Vor der Tabelle steht: {text}",
    "footer_line": "Nach der Tabelle steht: {text}",
    "comment_line": "Kommentarzeile zwischen den Daten, nicht als Zeile gezählt: {text}",
    "index_header": "Die Zeile {text} nummeriert nur die Spalten; die Namen stehen in den Kopfzeilen.",
    "header_multi": "{count} Kopfzeilen wurden je Spalte zu einem Namen verbunden.",
    "header_missing": "Die Datei hat keine Kopfzeile: Die Spalten heißen spalte_1 bis spalte_{count}.",
    "header_dbase": "Die Spaltennamen tragen Angaben aus dBase (Typ, Länge); übernommen wurde nur der Name, zum "
    "Beispiel „{example}“. Die Kopfzeile lautet: {text}",
    "header_empty": "Spalte {number} hat keinen Namen und heißt jetzt „{name}“.",
    "header_duplicate": "Der Spaltenname „{name}“ kommt mehrfach vor; Spalte {number} heißt jetzt „{unique}“.",
    "header_short": "Die Kopfzeile hat eine Spalte weniger als die Daten; die erste Spalte heißt „{name}“.",
    "header_rejoined": "In der Kopfzeile trennte ein Komma {count} Namen in zwei Teile; sie wurden wieder verbunden.",
    "empty_column": "Spalte {number} hat weder Namen noch Inhalt und wurde weggelassen.",
    "rows_short": "{count} Zeilen haben zu wenige Zellen; die fehlenden sind leer.",
    "rows_long": "{count} Zeilen haben zu viele Zellen; die überzähligen stehen in „{column}“.",
    "row_short": "Diese Zeile hat {found} statt {expected} Zellen; die fehlenden sind leer.",
    "row_long": "Diese Zeile hat {found} statt {expected} Zellen; die überzähligen stehen in „{column}“.",
    "decimal_comma_rejoined": "Das Komma trennt Spalten und Nachkommastellen zugleich; Zahlen wurden in {count} Zeilen "
    "wieder zusammengesetzt.",
    "blank_rows": "{count} leere Zeilen wurden übergangen.",
    "stray_quote": "In dieser Zeile stehen Anführungszeichen mitten im Text; sie blieben Teil des Textes.",
    "stray_quotes": "In {count} Zeilen stehen Anführungszeichen an falscher Stelle; sie blieben Teil des Textes.",
    "unclosed_quote": "In dieser Zeile wird ein Anführungszeichen nicht geschlossen; es blieb Teil des Textes.",
    "totals_row": "Diese Zeile sieht nach einer Summe aus („{text}“). Sie blieb in der Tabelle.",
    "header_repeated": "Die Kopfzeile steht hier noch einmal (Seitenwechsel). Sie zählt nicht als Datenzeile.",
    "delimiter_in_text": "In dieser Zeile steht das Trennzeichen auch im Text. Nur eine Lesart passt zu den Spalten; "
    "so wurden die Teile wieder verbunden.",
    "delimiter_in_text_many": "In {count} Zeilen steht das Trennzeichen auch im Text; die Teile wurden wieder "
    "verbunden, weil nur eine Lesart zu den Spalten passt.",
    "delimiter_other": "Diese Zeile benutzt ein anderes Trennzeichen als die übrigen; sie wurde damit gelesen.",
    "delimiter_other_many": "{count} Zeilen benutzen ein anderes Trennzeichen als die übrigen; sie wurden damit "
    "gelesen.",
    "sheet": "Blatt „{sheet}“ gelesen: Es enthält die meisten tabellenartigen Zellen. Weitere Blätter: {others}.",
    "sheet_hidden": "Das gelesene Blatt „{sheet}“ ist in der Arbeitsmappe ausgeblendet.",
    "hidden_rows": "{count} ausgeblendete Zeilen wurden mitgelesen.",
    "cell_errors": "{count} Zellen enthalten Fehlerwerte aus der Tabellenkalkulation ({examples}). Sie blieben, wie "
    "sie sind; bitte die Formeln prüfen.",
    "sheets_alike": "{count} weitere Blätter haben dieselben Spalten: {names}. Gelesen wurde nur eines; die anderen "
    "bitte einzeln mit dem Blattnamen anfordern.",
    "sheets_hidden": "Ausgeblendete Blätter, nicht gelesen ({count}): {names}.",
    "hidden_columns": "Ausgeblendete Spalten wurden mitgelesen: {columns}.",
    "date_doubt": "{count} Zellen sind als Datum formatiert, wurden aber als Zahl gelesen ({examples}). Bitte prüfen.",
    "formulas_uncached": "{count} Formeln haben kein gespeichertes Ergebnis und sind leer ({cells}). Bitte die Datei "
    "in Excel öffnen und speichern.",
    "format_percent": "Als Prozent formatiert: Spalten {columns}. Übernommen ist die gespeicherte Zahl: "
    "0.12 steht für 12 %.",
    "format_zeros": "In {count} Zellen zeigt das Zahlenformat führende Nullen; sie wurden übernommen.",
    "styles_broken": "Die Formatvorlagen der Arbeitsmappe sind beschädigt. Die Zellen wurden gelesen; Datumswerte "
    "bitte prüfen.",
    "merged_filled": "Verbundene Zellen: In {count} Zellen wurde der Wert der verbundenen Zelle wiederholt (zum "
    "Beispiel „{example}“).",
    "merged_numbers": "{count} verbundene Zellen mit Zahlen: Der Wert steht nur in der ersten Zeile, damit er nicht "
    "mehrfach zählt.",
    "merged_wide": "Die Zelle „{text}“ geht über mehrere Spalten; sie steht nur in der ersten.",
    "wrong_suffix": "Der Dateiname endet auf {suffix}, der Inhalt ist aber {actual}.",
    "path": "Gelesen wurde die Liste „{path}“ mit {count} Einträgen. Weitere Listen: {others}.",
    "beside": "Neben der Tabelle steht {key}: {text}",
    "single_record": "Die Datei enthält nur einen Datensatz.",
    "json_keys_as_column": "Die Schlüssel der Einträge stehen in der Spalte „{column}“.",
    "lines_invalid": "{count} Zeilen sind kein gültiges JSON und stehen in „{column}“.",
    "crs": "Die Datei nennt das Koordinatensystem {crs}.",
    "crs_implausible": "Die Koordinaten können keine Grad sein (zum Beispiel {example}); sie stehen als geometry.x und "
    "geometry.y.",
    "crs_many": "Die Datei nennt mehrere Koordinatensysteme: {systems}. Bitte eines für alle Zeilen ausgeben.",
    "xml_encoding": "Die Datei nennt einen falschen Zeichensatz; gelesen wurde sie als {chosen}.",
    "geometry_missing": "{count} Einträge haben keine Geometrie.",
    "table_in_html": "Die Datei ist eine Webseite; gelesen wurde die größte Tabelle darin ({number} von {count}).",
    "archive_member": "Gelesen wurde „{member}“ aus dem Archiv.",
    "truncated": "Die Datei endet mitten in einem Datensatz. Wahrscheinlich ist sie unvollständig.",
    "formula_cells": "{count} Zellen beginnen wie eine Formel (=, +, -, @) und blieben, wie sie sind. Bitte die "
    "CSV-Datei in Excel nur über „Daten aus Text“ öffnen.",
    "gzip": "Die Datei war mit gzip gepackt und wurde entpackt.",
    "json_duplicate_key": "{count} Mal nennt ein Eintrag denselben Schlüssel doppelt (zum Beispiel „{key}“). Der "
    "weitere Wert steht in „{key}_2“.",
    "json_not_a_number": "{count} Werte sind NaN oder Infinity; sie blieben als Text stehen.",
    "json_by_column": "Die Daten lagen spaltenweise; jede Liste wurde zu einer Spalte.",
    "dbf_short": "Die Datei verspricht {promised} Zeilen, es stehen aber nur {count} darin. Bitte prüfen, ob sie "
    "vollständig ist.",
    "dbf_memo": "Die Texte der Memo-Spalten ({columns}) liegen in einer eigenen Datei (DBT/FPT), die nicht dabei ist.",
    "dbf_deleted_row": "Als gelöscht markiert war: {text}",
    "dbf_deleted": "{count} in dBase als gelöscht markierte Zeilen wurden übergangen.",
}

REFUSALS: dict[str, str] = {
    "empty": "Die Datei ist leer. Bitte eine Datei mit Daten hochladen.",
    "not_found": "Die Datei „{name}“ gibt es nicht. Bitte den Pfad prüfen.",
    "is_folder": "„{name}“ ist ein Ordner. Bitte eine einzelne Datei angeben.",
    "no_access": "Die Datei „{name}“ darf nicht gelesen werden. Bitte die Rechte prüfen.",
    "too_large": "Die Datei ist mit {size} zu groß (erlaubt sind {limit}). Bitte in mehrere Dateien teilen.",
    "pdf": "Das ist ein PDF-Dokument, keine Tabelle. Bitte die Ausgangsdatei als Excel oder CSV hochladen.",
    "word": "Das ist ein Textdokument, keine Tabelle. Bitte die Tabelle als Excel oder CSV speichern und hochladen.",
    "slides": "Das ist eine Präsentation, keine Tabelle. Bitte die Tabelle als Excel oder CSV speichern und hochladen.",
    "image": "Das ist ein Bild, keine Tabelle. Bitte die Ausgangsdatei als Excel oder CSV hochladen.",
    "html": "Das ist eine Webseite ohne Tabelle. Bitte die Datei selbst herunterladen und hochladen.",
    "archive": "Das ist ein Archiv im Format {kind}. Bitte die Tabelle auspacken und einzeln hochladen.",
    "archive_none": "Im Archiv ist keine Tabelle. Bitte die Tabelle selbst hochladen.",
    "archive_many": "Im Archiv sind mehrere Tabellen ({names}). Bitte den Namen der Tabelle angeben "
    "oder jede einzeln hochladen.",
    "html_too_large": "Die Tabelle der Webseite hat mehr als {limit} Zellen. Bitte als CSV ausgeben.",
    "archive_nested": "Im Archiv stecken mehrere Archive ineinander. Bitte die Tabelle selbst hochladen.",
    "no_file": "„{name}“ lässt sich nicht als Datei lesen. Bitte eine gewöhnliche Datei angeben.",
    "shape_broken": "Die Geometrien des Shapefiles (SHP) sind beschädigt. Bitte neu ausgeben.",
    "shape_mismatch": "Das Shapefile hat {shapes} Geometrien, aber {rows} Zeilen. Bitte neu ausgeben.",
    "topojson": "Das ist TopoJSON, dessen Geometrien in Bögen zerlegt sind. Bitte als GeoJSON ausgeben.",
    "json_stat": "Das JSON-stat beschreibt eine Tabelle mit {count} Zellen, mehr als {limit}. Bitte als CSV ausgeben.",
    "arrow_broken": "Die Arrow-Datei ist beschädigt. Bitte neu ausgeben.",
    "archive_broken": "Das Archiv oder die Arbeitsmappe ist beschädigt. Bitte neu speichern und noch einmal hochladen.",
    "archive_encrypted": "Die Datei ist mit einem Kennwort geschützt. Bitte ohne Kennwort speichern und hochladen.",
    "bomb": "Die Datei würde sich auf mehr als {limit} entpacken. Sie wurde nicht "
    "geöffnet; bitte ungepackt und kleiner "
    "hochladen.",
    "sheet_too_large": "Das Tabellenblatt „{sheet}“ reicht bis Zeile {rows}, Spalte {columns}. Bitte leere Bereiche "
    "löschen oder als CSV speichern.",
    "sheet_missing": "Das Blatt „{sheet}“ gibt es nicht. Vorhanden: {sheets}.",
    "sheets_empty": "Alle Tabellenblätter sind leer. Bitte die Datei mit Daten hochladen.",
    "workbook_broken": "Die Arbeitsmappe lässt sich nicht öffnen. Bitte in Excel öffnen, neu speichern und hochladen.",
    "binary": "Die Datei ist keine Tabelle in einem bekannten Format. Bitte als Excel oder CSV "
    "speichern und hochladen.",
    "database": "Das ist eine Datenbank, keine einzelne Tabelle. Bitte die Tabelle als CSV ausgeben und hochladen.",
    "too_many_columns": "Die Datei hätte {count} Spalten (erlaubt sind {limit}). Bitte prüfen, ob das "
    "Trennzeichen stimmt.",
    "line_too_long": "Eine Zeile ist länger als {limit}. Bitte die Datei mit Zeilenumbrüchen neu ausgeben.",
    "json_broken": "Das JSON ist ab Zeile {line} nicht lesbar. Bitte die Datei neu ausgeben.",
    "json_empty": "Das JSON besteht fast nur aus leeren Einträgen ({count}). Bitte die Datei mit Daten ausgeben.",
    "json_no_table": "Das JSON enthält keine Liste von Datensätzen. Bitte eine Liste von Objekten ausgeben.",
    "nesting": "Die Datei ist tiefer als {limit} Ebenen verschachtelt. Bitte eine flache Tabelle ausgeben.",
    "xml_broken": "Das XML ist ab Zeile {line} nicht lesbar. Bitte die Datei neu ausgeben.",
    "xml_entities": "Das XML enthält eigene Entitäten oder verweist nach außen. Bitte ohne DOCTYPE ausgeben.",
    "xml_no_table": "Das XML enthält kein Element mit Inhalt. Bitte eine Tabelle ausgeben.",
    "path_missing": "Die Liste „{sheet}“ gibt es in der Datei nicht. Vorhanden: {sheets}.",
    "dbf_broken": "Die dBase-Datei ist beschädigt. Bitte neu ausgeben.",
    "parquet_broken": "Die Parquet-Datei ist beschädigt. Bitte neu ausgeben.",
    "no_table": "In der Datei steht kein Text, aus dem eine Tabelle werden kann. Bitte den Inhalt prüfen.",
    "unexpected": "Die Datei ließ sich nicht lesen ({error}). Bitte als CSV in UTF-8 speichern und noch "
    "einmal hochladen.",
}


def note(code: str, row: int | None = None, **facts: object) -> Note:
    """The note of this code; `row` is 1-based in the file. What stood in the file as `text` is kept whole."""
    return Note(code=code, message_de=NOTES[code].format(**{k: _fact(k, v) for k, v in facts.items()}), row=row)


def refuse(code: str, **facts: object) -> Unreadable:
    """The refusal of this code, to be raised by the caller."""
    return Unreadable(REFUSALS[code].format(**{k: _short(v) for k, v in facts.items()}), code=code)


def size_de(count: int) -> str:
    """A number of bytes as a clerk reads it: `12 MB`."""
    return f"{count / 1024**3:.1f} GB".replace(".", ",") if count >= 1024**3 else f"{max(count // 1024**2, 1)} MB"


def _fact(name: str, value: object) -> object:
    """A line beside the table is in no other place than its note: nothing of it is cut off."""
    return " ".join(value.split()) if name == "text" and isinstance(value, str) else _short(value)


def _short(value: object) -> object:
    """Quoted file content stays on one line and short."""
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())
    return line if len(line) <= 300 else line[:299] + "…"
