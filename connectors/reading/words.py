"""Words by which headers, units and notes beside a table are known. Evidence, never the only reason.

What does not belong here: synonyms of a standard's fields (`standards/<name>/standard.toml`).
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(","))


UNITS = _words(
    """anzahl, eur, €, tsd. eur, 1.000 eur, 1000 eur, mio. eur, %, prozent, in %, ha, m, m², m2, qm, km, km², cm, mm,
    kg, t, personen, stück, std, h, min, einwohner, kwh, mwh, kw, mw, °c, °, l, m³, insgesamt, number, years,
    jahre, text, zahl, datum"""
)
"""What a row of units below a header consists of."""

HEADERS = _words(
    """id, nr, nummer, name, titel, bezeichnung, typ, art, jahr, datum, date, zeit, straße, strasse, str, hausnummer,
    hausnr, plz, postleitzahl, ort, ortsteil, stadtteil, stadtbezirk, bezirk, gemeinde, landkreis, kreis, stadt,
    adresse, anschrift, lage, standort, lat, lon, lng, long, latitude, longitude, breitengrad, längengrad, x, y,
    rechtswert, hochwert, geom, geometry, wkt, shape, fid, objectid, gid, anzahl, wert, betrag, summe, gesamt,
    insgesamt, status, kategorie, beschreibung, bemerkung, bemerkungen, hinweis, telefon, email, website, url,
    link, schlüssel, schluessel, code, ags, kapazität, kapazitaet, plätze, öffnungszeiten, träger, gattung,
    baumart, pflanzjahr, höhe, country, description, value, type, key, first, last, address, city, zip, partei,
    stimmen, zeitpunkt, stichtag, konto, produkt, title, label"""
)
"""Names that columns of municipal tables often have."""
