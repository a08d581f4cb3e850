"""What we tell the people who hand data in: German sentences by code. What reading says: `reading/messages`."""

# ruff: noqa: E501  one sentence, one line

from __future__ import annotations

_SENTENCES = {
    "standard-unknown": ("Der Standard „{standard}“ ist hier nicht bekannt: bitte einen von {known} angeben."),
    "standard-not-found": (
        "Aus den Spalten der Datei {filename} geht nicht hervor, um welche Daten es sich handelt: "
        "bitte den Standard angeben (möglich: {known})."
    ),
    "no-rows": "Die Datei {filename} enthält keine Datenzeilen: bitte prüfen, ob die richtige Datei gespeichert wurde.",
    "no-row-fits": (
        "Keine der {rows} Zeilen der Datei {filename} passt zum Standard „{standard}“. Häufigster Grund: {reason}"
    ),
    "could-not-judge": (
        "Die Datei {filename} ließ sich nicht prüfen. Das ist ein Fehler von uns, die Datei bleibt aufbewahrt "
        "und wird nach der Behebung erneut geprüft."
    ),
    "held": (
        "Die Datei {filename} wartet, bis eine Person sie freigibt: sie enthält vielleicht persönliche Daten. {reasons}"
    ),
    "correction-without-base": (
        "Die Datei {filename} ist eine korrigierte Liste zurückgestellter Zeilen. Zu welchem Datensatz sie gehört, ist "
        "nicht zu erkennen: bitte unter dem Namen des Datensatzes abgeben, aus dem die Zeilen stammen (--dataset)."
    ),
    "bytes-differ": "Die aufbewahrte Datei {filename} ist beschädigt: bitte noch einmal schicken.",
    "ags-unknown": "{ags} ist kein Gemeindeschlüssel aus dem Gemeindeverzeichnis.{hint}",
    "same-name": (
        "Die Dateien {first} und {second} ergäben denselben Datensatz „{slug}“: "
        "bitte einzeln und mit eigenem Namen übergeben (--dataset)."
    ),
    "no-name": "Aus dem Dateinamen {filename} lässt sich kein Name bilden: bitte einen angeben (--dataset).",
    "one-dataset-many-files": "Ein Datensatz nimmt eine Datei auf: bitte die {count} Dateien einzeln übergeben.",
    "not-a-file": "{path} gibt es nicht oder ist keine Datei.",
    "map-form": "„{text}“ ist keine Zuordnung. Bitte so schreiben: --map 'Spalte=feld', zum Beispiel --map 'Baum-Nr.=baum_nr'.",
    "map-field": "Das Feld „{field}“ gibt es im Standard „{standard}“ nicht. Möglich sind: {known}. „-“ heißt: keines davon.",
    "map-column": "Die Spalte „{column}“ gibt es in der Datei nicht. Ihre Spalten sind: {known}.",
    "map-twice": "Das Feld „{field}“ ist zwei Spalten zugeordnet. Bitte nur einer Spalte zuordnen.",
    "map-standard": "Eine Zuordnung gilt für einen Standard. Bitte nennen Sie ihn mit --standard.",
    "several-in-inbox": ("Im Eingang von {dataset} liegen {count} Dateien: übernommen wird die neueste, {filename}."),
    "inbox-changed": (
        "Die Datei {path} wurde gelöscht oder ersetzt, während sie abgeholt wurde: was jetzt dort liegt, wird beim "
        "nächsten Mal übernommen."
    ),
    "inbox-without-owner": (
        "Die Datei {path} liegt im Eingang ohne Ordner einer Gemeinde: bitte in den Ordner mit dem achtstelligen "
        "Gemeindeschlüssel legen."
    ),
    "inbox-not-meant": (
        "Die Datei {path} wird nicht übernommen: {dataset} wird regelmäßig von anderer Stelle abgeholt. "
        "Bitte anders benennen oder die Quelle auf den Eingang umstellen."
    ),
    "inbox-owner-unknown": (
        "Der Ordner „{folder}“ im Eingang gehört zu keiner Gemeinde: bitte nach dem achtstelligen "
        "Gemeindeschlüssel benennen."
    ),
}


def say(code: str, **parts: object) -> str:
    """The sentence with this code; raises `KeyError` for an unknown code or a missing part."""
    return _SENTENCES[code].format(**parts)
