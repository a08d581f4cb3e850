"""Headers as sets of meanings: German compounds, abbreviations, camelCase and word order no longer matter.

`Kr.-Durchm. (m)`, `kronenDurchmesser` and `Durchmesser der Krone` all mean {krone, durchmesser}. Two headers mean the
same only if their sets are equal: one meaning more (`Höhe über NN`, `Baumnummer alt`) is another thing. The words are
those of the language, not of one standard; what is not among them stays a meaning of its own.
"""
# ruff: noqa: E501  word lists read better in rows

from __future__ import annotations

import re
from functools import lru_cache

from standards.headers import UNITS, fold

_MEANINGS: dict[str, str] = {
    "baum": "baum baeume baeum tree trees", "stamm": "stamm trunk", "umfang": "umfang umf umfg circumference girth",
    "durchmesser": "durchmesser durchm diameter", "krone": "krone kronen kron crown",
    "hoehe": "hoehe hoehen height", "breite": "breite", "pflanz": "pflanz pflanzung pflanzungs gepflanzt planted planting",
    "jahr": "jahr jahre year", "datum": "datum date", "zeit": "zeit zeiten time", "zeitpunkt": "zeitpunkt zeitstempel timestamp",
    "nummer": "nummer nummern number", "art": "art arten", "gattung": "gattung genus",
    "botanisch": "botanisch botanische botanischer lateinisch lateinische lateinischer latein wissenschaftlich wissenschaftliche wissenschaftlicher wissenschaftl scientific",
    "deutsch": "deutsch deutsche deutscher german", "name": "name namen bezeichnung bezeichnungen benennung",
    "sorte": "sorte cultivar", "standort": "standort", "lage": "lage", "strasse": "strasse strassen street", "haus": "haus",
    "plz": "postleitzahl", "ort": "ort", "gemeinde": "gemeinde", "stadt": "stadt",
    "adresse": "adresse adressen anschrift address", "platz": "platz plaetze platze plaetzen space spaces", "stell": "stell", "park": "park parking",
    "garage": "garage", "anzahl": "anzahl zahl", "kapazitaet": "kapazitaet kapazitaeten capacity",
    "behindert": "behindert behinderte behinderten behindertengerecht behindertengerechte schwerbehindert schwerbehinderte schwerbehinderten disabled",
    "frei": "frei freie freien freier verfuegbar verfuegbare free vacant available", "belegt": "belegt belegte belegten besetzt besetzte occupied",
    "gesamt": "gesamt insgesamt gesamte total", "flaeche": "flaeche flaechen area", "groesse": "groesse", "alter": "alter alters age",
    "gruppe": "gruppe gruppen group", "klasse": "klasse klassen", "stufe": "stufe stufen", "bereich": "bereich",
    "spiel": "spiel play", "geraet": "geraet geraete geraeten", "ausstattung": "ausstattung ausstattungen equipment", "traeger": "traeger",
    "schaft": "schaft", "betreuung": "betreuung betreuungs", "genehmigt": "genehmigt genehmigte genehmigten",
    "einrichtung": "einrichtung einrichtungen einrichtungs",
    "kita": "kita kitas kindertageseinrichtung kindertagesstaette kindertagesstaetten kindertageseinrichtungen",
    "kindergarten": "kindergarten kindergaerten", "krippe": "krippe krippen kinderkrippe kinderkrippen", "hort": "hort kinderhort", "schule": "schule schul schulen school",
    "form": "form formen", "typ": "typ typen type", "kategorie": "kategorie category", "markt": "markt maerkte market",
    "woche": "wochen", "tag": "tag tage day", "oeffnung": "oeffnungs oeffnung opening", "zaehl": "zaehl zaehlung zaehlungs",
    "stelle": "stelle stellen", "station": "station stationen stations", "rad": "rad raeder fahrrad fahrraeder bike bikes bicycle bicycles", "fahrer": "fahrer fahrende fahrenden",
    "richtung": "richtung direction", "beginn": "beginn start", "ende": "ende", "stand": "stand", "letzte": "letzte letzter letzten letzte last",
    "aktualisierung": "aktualisierung aktualisiert update updated", "kontrolle": "kontrolle", "frau": "frau frauen women", "bus": "bus busse busses",
    "lkw": "lkw truck", "familie": "familie familien", "motorrad": "motorrad motorraeder", "kind": "kind kinder kindern", "fuss": "fussgaenger pedestrian pedestrians",
    "alt": "alt alte alter_", "neu": "neu neue", "nn": "nn nhn", "scheibe": "scheibe", "ansatz": "ansatz", "frist": "frist", "lade": "lade laden charging",
    "wasser": "wasser", "temperatur": "temperatur temp", "einfahrt": "einfahrt einfahrts", "uhr": "uhr", "objekt": "objekt", "anlage": "anlage anlagen",
    "teil": "teil", "ueber": "ueber", "punkt": "punkt", "kataster": "kataster", "plakette": "plakette plaketten", "trivial": "trivial",
    "wuchs": "wuchs", "schueler": "schueler schuelerinnen", "leistung": "leistung", "betreiber": "betreiber operator", "angebot": "angebot angebote",
    "fahrt": "fahrt", "intervall": "intervall interval", "minute": "minute minuten",
}  # fmt: skip
_ALONE: dict[str, str] = {
    "st": "stamm", "kr": "krone", "dm": "durchmesser", "dmr": "durchmesser", "ø": "durchmesser", "durchmes": "durchmesser",
    "pfl": "pflanz", "j": "jahr", "nr": "nummer", "no": "nummer", "num": "nummer", "bot": "botanisch", "lat": "botanisch",
    "wiss": "botanisch", "dt": "deutsch", "dtsch": "deutsch", "de": "deutsch", "bez": "name", "str": "strasse", "hnr": "haus nummer", "hsnr": "haus nummer",
    "hausnr": "haus nummer", "adr": "adresse", "pl": "platz", "stpl": "stell platz", "anz": "anzahl", "kap": "kapazitaet", "beh": "behindert",
    "behind": "behindert", "ges": "gesamt", "fl": "flaeche", "gr": "groesse", "stellp": "stell platz", "zst": "zaehl stelle",
    "count": "anzahl", "counts": "anzahl", "baumnr": "baum nummer", "pflj": "pflanz jahr", "stammd": "stamm durchmesser", "stammu": "stamm umfang",
    "kronend": "krone durchmesser", "kronendm": "krone durchmesser", "stammdm": "stamm durchmesser", "bhd": "stamm durchmesser", "h": "hoehe", "parkhaus": "park haus",
}  # fmt: skip
"""Abbreviations that mean something as a word of their own only."""
_SMALL = "der die das des dem den ein eine in im i am an auf und u fuer zur zum je pro ca circa etwa davon bzw of the"
_NOISE = frozenset((*_SMALL.split(), "aktuell", "aktuelle", "aktueller", "geschaetzt", "erfasst", "text"))
_LINKS = ("", "s", "n", "en", "e", "es", "er")
_IN_HEIGHT = re.compile(r"(?i)\bin\s+\d+([.,]\d+)?\s*m\.?(\s+höhe|\s+hoehe)?\b")
_NUMBER_OF = re.compile(r"(?i)number[ _]?of[ _]?(?=[A-Z])|number_of_")
_CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|(?<=[A-ZÄÖÜ])(?=[A-ZÄÖÜ][a-zäöüß]{2})|[^A-Za-zÄÖÜäöüßø0-9]+")
_STEMS = {word: meaning for meaning, words in _MEANINGS.items() for word in words.split()}
_LONGEST = max(map(len, _STEMS))


@lru_cache(maxsize=65536)
def meanings(header: str) -> frozenset[str]:
    """What a header says, unit and small words left out; empty where nothing is left."""
    bare = _IN_HEIGHT.sub(" ", _NUMBER_OF.sub("Anzahl ", header))
    words = [word for part in _CAMEL.split(bare) if part and (word := fold(part) or part.lower())]
    words = [word for word in words if word not in _NOISE and word not in UNITS] or words
    found: list[str] = []
    for word in words:
        if len(words) > 1 and word in _ALONE:
            found += _ALONE[word].split()
        else:
            found += _parts(word) or ([word] if len(word) < 4 or word not in _ALONE else _ALONE[word].split())
    return frozenset(found)


@lru_cache(maxsize=65536)
def _parts(word: str) -> tuple[str, ...]:
    """A compound as the meanings of its parts, longest first; empty where it is not wholly made of known words."""
    for length in range(min(len(word), _LONGEST), 2, -1):
        meaning = _STEMS.get(word[:length])
        if meaning is None:
            continue
        rest = word[length:]
        if rest in _LINKS:
            return (meaning,)
        for link in _LINKS:
            if rest.startswith(link) and (others := _tail(rest[len(link) :])):
                return (meaning, *others)
    return ()


def _tail(word: str) -> tuple[str, ...]:
    if word in ("nr", "dm", "durchm", "anz"):
        return tuple(_ALONE.get(word, "durchmesser").split())
    return _parts(word) if len(word) > 2 else ()


@lru_cache(maxsize=65536)
def meanings_cut(header: str) -> frozenset[str]:
    """The same where words are cut short (`art_botan`, `ANZ_BEHIND`): each must be the beginning of just one word."""
    said = meanings(header)
    short = {word for word in said if not known(word) and len(word) > 3}
    meant = {word: _begun(word) for word in short}
    if any(len(found) != 1 for found in meant.values()):
        return said
    return (said - short).union(*meant.values())


@lru_cache(maxsize=65536)
def _begun(word: str) -> frozenset[str]:
    return frozenset(meaning for stem, meaning in _STEMS.items() if stem.startswith(word))


def known(meaning: str) -> bool:
    """Whether a meaning is a word of the language list, not merely a string nobody understood."""
    return meaning in _MEANINGS


def cut_off(header: str) -> str | None:
    """The folded header of a dBase file that may have lost its end: such names have at most ten characters."""
    bare = header.strip()
    return fold(bare) if len(bare) == 10 and re.fullmatch(r"[A-Za-zÄÖÜäöüß0-9_]{10}", bare) else None
