"""Every German sentence the portal says when something cannot go on, by code, with its HTTP status."""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    status: int
    text: str


_SENTENCES = {
    "no-page": Sentence(404, "Diese Seite gibt es nicht. Bitte prüfen Sie die Adresse oder gehen Sie zur Startseite."),
    "no-package": Sentence(404, "Dieses Paket gibt es nicht. Bitte wählen Sie eines aus der Liste der Pakete."),
    "no-result": Sentence(
        404,
        "Dieses Ergebnis gibt es nicht mehr. Ergebnisse werden nach {minutes} Minuten gelöscht. "
        "Bitte prüfen Sie die Datei noch einmal.",
    ),
    "wrong-method": Sentence(405, "So lässt sich diese Seite nicht aufrufen. Bitte gehen Sie zur Startseite."),
    "bad-form": Sentence(
        400, "Das Formular kam nicht vollständig an. Bitte laden Sie die Seite neu und senden Sie es noch einmal."
    ),
    "forged-form": Sentence(
        403,
        "Das Formular ist nicht mehr gültig. Bitte laden Sie die Seite neu und senden Sie es noch einmal. "
        "Ihr Browser muss dafür ein Cookie dieser Seite annehmen.",
    ),
    "no-file": Sentence(400, "Es wurde keine Datei gewählt. Bitte wählen Sie eine Datei aus."),
    "empty-file": Sentence(
        400, "Die Datei „{filename}“ ist leer. Bitte speichern Sie sie neu und wählen Sie sie noch einmal aus."
    ),
    "too-large": Sentence(
        413, "Die Datei ist zu groß. Erlaubt sind {limit}. Bitte teilen Sie die Datei in mehrere kleinere."
    ),
    "too-often": Sentence(
        429, "Das waren sehr viele Anfragen in kurzer Zeit. Bitte warten Sie eine Minute und versuchen Sie es wieder."
    ),
    "busy": Sentence(
        503, "Gerade werden viele Dateien geprüft. Bitte warten Sie einige Minuten und versuchen Sie es wieder."
    ),
    "too-heavy": Sentence(
        422,
        "Die Datei „{filename}“ braucht beim Lesen mehr Speicher oder Zeit, als eine Prüfung bekommt. Wir haben "
        "abgebrochen. Bitte teilen Sie die Datei oder speichern Sie sie als CSV.",
    ),
    "worker-failed": Sentence(
        500,
        "Die Datei „{filename}“ ließ sich nicht prüfen. Das ist ein Fehler von uns. Bitte versuchen Sie es mit einer "
        "CSV-Datei, oder melden Sie sich bei uns.",
    ),
    "no-tokens": Sentence(
        403, "Hier können noch keine Dateien abgegeben werden, denn es ist noch kein Zugangsschlüssel eingerichtet."
    ),
    "wrong-token": Sentence(
        403,
        "Gemeindeschlüssel und Zugangsschlüssel passen nicht zusammen. Bitte prüfen Sie beide Angaben und achten Sie "
        "auf Leerzeichen.",
    ),
    "not-an-ags": Sentence(
        400,
        "„{ags}“ ist kein amtlicher Gemeindeschlüssel. Er hat acht Ziffern, zum Beispiel 09461000 für Bamberg.{hint}",
    ),
    "bad-name": Sentence(
        400, "„{name}“ lässt sich nicht als Name verwenden. Bitte schreiben Sie ihn mit Buchstaben oder Ziffern."
    ),
    "not-this-kind": Sentence(
        400,
        "Eine Datei der Art „{suffix}“ kann hier nicht abgegeben werden. Bitte speichern Sie die Tabelle als Excel "
        "(.xlsx) oder CSV.",
    ),
    "fetched-elsewhere": Sentence(
        409,
        "Der Datensatz „{dataset}“ wird regelmäßig von anderer Stelle abgeholt, darum nehmen wir hier keine Datei "
        "an. Bitte geben Sie dem Datensatz einen eigenen Namen, oder melden Sie sich bei uns.",
    ),
    "disk": Sentence(
        507,
        "Die Datei konnte nicht gespeichert werden, weil auf unserem Server Platz fehlt oder ein Ordner gesperrt ist. "
        "Es wurde nichts übernommen. Bitte versuchen Sie es später wieder.",
    ),
    "unexpected": Sentence(
        500,
        "Hier ist uns ein Fehler unterlaufen. Es wurde nichts übernommen. Bitte versuchen Sie es später wieder.",
    ),
}


class Problem(Exception):
    """Something that the visitor is told in one sentence. Raises `KeyError` for an unknown code or a missing part."""

    def __init__(self, code: str, **parts: object) -> None:
        self.code = code
        self.status, template = _SENTENCES[code]
        self.message_de = template.format(**parts)
        super().__init__(self.message_de)
