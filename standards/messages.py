"""Every German sentence the engine says, keyed by code. Placeholders are filled by `say` or, for many rows, by `faults`."""
# ruff: noqa: E501  one sentence, one line

from __future__ import annotations

MESSAGES: dict[str, str] = {
    # one row
    "not_a_number": "In Zeile {row} steht in „{column}“ der Wert „{value}“. {expected} Bitte korrigieren.",
    "number_range": "In Zeile {row} steht in „{column}“ die Angabe „{value}“. Das ist keine einzelne Zahl, sondern eine Spanne oder Grenze. {expected} Bitte tragen Sie einen Wert ein.",
    "not_an_integer": "In Zeile {row} steht in „{column}“ der Wert „{value}“. Erwartet wird eine ganze Zahl. Bitte korrigieren.",
    "not_a_date": "In Zeile {row} steht in „{column}“ der Wert „{value}“. Erwartet wird ein Datum wie 31.12.2024. Bitte korrigieren.",
    "not_a_year": "In Zeile {row} steht in „{column}“ der Wert „{value}“. Erwartet wird ein Jahr mit vier Ziffern. Bitte korrigieren.",
    "not_yes_no": "In Zeile {row} steht in „{column}“ der Wert „{value}“. Erwartet wird „ja“ oder „nein“. Bitte korrigieren.",
    "ambiguous_date": "In Zeile {row} steht in „{column}“ das Datum „{value}“. Tag und Monat sind nicht sicher zu unterscheiden. Bitte schreiben Sie es als TT.MM.JJJJ.",
    "out_of_range": "In Zeile {row} steht in „{column}“ der Wert „{value}“. {expected} Bitte prüfen Sie den Wert.",
    "not_in_codelist": "In Zeile {row} steht in „{column}“ der Wert „{value}“. {expected} Bitte wählen Sie einen dieser Werte.",
    "required_missing": "In Zeile {row} fehlt die Angabe „{column}“. Ohne sie kann die Zeile nicht übernommen werden. Bitte ergänzen.",
    "required_any_missing": "In Zeile {row} fehlt jede dieser Angaben: {expected}. Mindestens eine wird gebraucht. Bitte ergänzen.",
    "coordinate_unreadable": "In Zeile {row} steht in „{column}“ der Wert „{value}“. Erwartet werden Koordinaten. Bitte korrigieren.",
    "coordinate_incomplete": "In Zeile {row} fehlt eine der beiden Koordinaten ({column}). Bitte ergänzen Sie die zweite oder lassen Sie beide leer.",
    "coordinate_impossible": "In Zeile {row} stehen in „{column}“ die Koordinaten „{value}“. Dort kann der Ort nicht liegen. Bitte korrigieren oder leer lassen.",
    "coordinate_outside": "In Zeile {row} stehen in „{column}“ die Koordinaten „{value}“. Der Ort liegt außerhalb des erwarteten Gebiets. Bitte prüfen.",
    "coordinate_far": "In Zeile {row} stehen in „{column}“ die Koordinaten „{value}“. Der Ort liegt weit weg von allen anderen Orten der Datei. Bitte prüfen.",
    "duplicate_row": "Zeile {row} wiederholt Zeile {expected} Wort für Wort. Bitte löschen Sie eine der beiden.",
    "totals_row": "Zeile {row} ist eine Summenzeile („{value}“) und kein Datensatz. Bitte löschen Sie die Zeile.",
    "not_this_standard": "Zeile {row} gehört nicht in diesen Datensatz („{value}“). {expected}",
    "privacy_email": "In Zeile {row} steht in „{column}“ eine E-Mail-Adresse. Sie darf nicht veröffentlicht werden. Bitte entfernen.",
    "privacy_phone": "In Zeile {row} steht in „{column}“ eine Telefonnummer. Sie darf nicht veröffentlicht werden. Bitte entfernen.",
    "privacy_iban": "In Zeile {row} steht in „{column}“ eine IBAN. Sie darf nicht veröffentlicht werden. Bitte entfernen.",
    "privacy_tax_id": "In Zeile {row} steht in „{column}“ eine Steuer-Identifikationsnummer. Sie darf nicht veröffentlicht werden. Bitte entfernen.",
    "privacy_person": "In Zeile {row} steht in „{column}“ der Name einer Person. Er darf nicht veröffentlicht werden. Bitte entfernen.",
    "privacy_birth_date": "In Zeile {row} steht in „{column}“ ein Geburtsdatum. Es darf nicht veröffentlicht werden. Bitte entfernen.",
    "repair_undone": "In Zeile {row} steht in „{column}“ der Wert „{value}“. Die Reparatur „{expected}“ haben Sie zurückgenommen, und so wie er dasteht passt der Wert nicht. Bitte korrigieren Sie ihn selbst.",
    # the whole file
    "repair_left": "In „{column}“ blieben {value} Werte, wie sie standen: Die Reparatur „{expected}“ haben Sie zurückgenommen.",
    "undo_nothing": "Die Reparatur „{expected}“{column} sollte zurückgenommen werden. In dieser Datei gab es sie nicht.",
    "field_unserved": "Die Angabe „{expected}“ wurde in der Datei nicht gefunden. Sie wird gebraucht. Welche Spalte enthält sie?",
    "field_expected": "Die Angabe „{expected}“ wurde in der Datei nicht gefunden. Enthält eine Spalte sie unter anderem Namen?",
    "column_unsure": "Ist die Spalte „{column}“ die Angabe „{expected}“? Das ist nicht sicher, darum wurde sie nicht verwendet. Bitte ordnen Sie die Spalte zu.",
    "column_content": "Die Spalte „{column}“ heißt wie die Angabe „{expected}“. Ihr Inhalt passt aber nicht dazu (zum Beispiel „{value}“). Sie wurde nicht verwendet.",
    "column_twice": "Die Spalten „{value}“ und „{column}“ nennen beide „{expected}“. Verwendet wurde nur die erste. Ist das richtig?",
    "unit_incompatible": "Die Spalte „{column}“ nennt eine Einheit, die nicht zu „{expected}“ passt. Sie wurde nicht verwendet.",
    "ambiguous_numbers": "In der Spalte „{column}“ stehen Zahlen wie „{value}“. Gelesen wurden sie als {expected}. Ist das richtig?",
    "unit_by_values": "Die Spalte „{column}“ nennt keine Einheit. Nach ihren Werten (um {value}) sind es {expected}; so wurden sie gelesen. Ist das richtig?",
    "unit_doubtful": "Die Werte in der Spalte „{column}“ (um {value}) passen nicht zu der Einheit, die dort steht. Sind es {expected}?",
    "ambiguous_dates": "In der Spalte „{column}“ sind Tag und Monat nicht zu unterscheiden (zum Beispiel „{value}“). Was steht zuerst?",
    "assumed_crs": "Die Koordinaten in „{column}“ nennen ihr System nicht. Gelesen wurden sie als {expected}. Ist das richtig?",
    "same_key": "{value} Zeilen haben dieselbe Kennung wie eine andere Zeile, aber andere Werte. Bitte prüfen Sie, ob sie doppelt sind.",
    "from_context": "„{expected}“ steht in keiner Spalte. Übernommen wurde „{value}“ aus {column}.",
    "no_rows": "Die Datei enthält keine Datenzeilen. Bitte prüfen Sie, ob Sie die richtige Datei gewählt haben.",
    "wide_skipped": "Die Spalten {column} enthalten Anteile oder andere Angaben zu denselben Werten. Sie wurden nicht übernommen.",
    "wide_sum_left_out": "Die Spalten {column} sind die Summe anderer Spalten. Damit nichts doppelt zählt, wurden sie nicht übernommen.",
    "wide_left_out": "Die Spalten {column} gehören nach den Summen nicht zu den übrigen Wertespalten. Sie wurden nicht übernommen. Ist das richtig?",
    "wide_sum_differs": "Die Spalten {column} ergeben zusammen nicht den Wert in „{expected}“. Übernommen wurden sie trotzdem. Bitte prüfen Sie, ob alle dazugehören.",
    "columns_ignored": "Die Spalten {column} enthalten Anteile, Veränderungen oder frühere Ergebnisse. Sie wurden nicht übernommen.",
    "unit_from_context": "In {column} steht „{value}“ als Einheit. Die Beträge wurden in Euro umgerechnet. Ist das richtig?",
    "mixed_levels": "Die Datei enthält Gebiete verschiedener Ebenen ({value}). Die Spalte „{expected}“ sagt, welche. Bitte zählen Sie die Ebenen nicht zusammen.",
    "wide_empty": "{value} leere Zellen in den Wertespalten wurden übersprungen.",
    "privacy_column": "Die Spalte „{column}“ enthält möglicherweise personenbezogene Daten. Sie wird nicht veröffentlicht. Bitte lassen Sie sie künftig weg.",
}

REPAIRS: dict[str, str] = {
    "whitespace": "Leerzeichen am Rand entfernt",
    "missing_word": "Wort für ‚nicht bekannt‘ als leer gelesen",
    "mojibake": "Falsch dargestellte Umlaute wiederhergestellt",
    "decimal_comma": "Dezimalkomma in Dezimalpunkt gewandelt",
    "thousands_separator": "Tausendertrennzeichen entfernt",
    "unit_text": "Einheit hinter der Zahl entfernt",
    "number_form": "Zahl in einheitliche Form gebracht",
    "approximate": "„ca.“ vor der Zahl entfernt",
    "unit": "In die Einheit des Standards umgerechnet",
    "date_format": "Datum in die Form JJJJ-MM-TT gebracht",
    "codelist": "In den Begriff des Standards übersetzt",
    "yes_no": "„ja“/„nein“ in wahr/falsch gewandelt",
    "crs": "Koordinaten in WGS84 (Länge und Breite) umgerechnet",
    "swapped_coordinates": "Vertauschte Koordinaten getauscht",
    "coordinate_decimal_point": "Verlorenes Komma in Koordinaten ergänzt",
    "coordinate_sign": "Falsches Vorzeichen der Koordinaten entfernt",
    "geometry_point": "Aus Linie oder Fläche ein Punkt gebildet",
    "name_form": "Name in die übliche Schreibweise gebracht",
    "split": "Eine Zelle auf zwei Angaben aufgeteilt",
    "joined": "Mehrere Spalten zu einer Angabe verbunden",
    "derived": "Aus anderen Angaben berechnet",
}


def say(code: str, **parts: object) -> str:
    """The sentence of a code, filled. Unknown placeholders are a programming error and raise KeyError."""
    return MESSAGES[code].format(**parts)
