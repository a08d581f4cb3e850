"""Marks of personal data in one text: what a tax number, an account, a private address look like. Values in, codes out.

What does not belong here: which columns are looked at and what follows (`privacy`, `gate`), the list of
first names (`first_names`).
"""
# ruff: noqa: E501  a pattern broken over lines is no longer a pattern

from __future__ import annotations

import re
from collections import Counter

from standards.first_names import FIRST_NAMES

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{2,}")
"""From the beginning of a word, and no longer than RFC 5321 allows: a long cell costs no more than its length."""
_ROLE = re.compile(
    r"(?i)^(?:info|post|poststelle|kontakt|mail|email|service|buero|office|verwaltung|rathaus|stadt|gemeinde|markt|landratsamt|amt|"
    r"bauhof|bauamt|ordnungsamt|standesamt|kultur|tourist|touristinfo|tourismus|presse|kita|kiga|krippe|hort|kindergarten|kindertages\w*|kinderhaus|schule|gs|ms|"
    r"grundschule|mittelschule|realschule|gymnasium|sekretariat|leitung|marktamt|wochenmarkt|bibliothek|buecherei|feuerwehr|pfarramt|"
    r"hilfe|support|redaktion|webmaster|opendata|open-data|geodaten|umwelt|gruen|tiefbau|verkehr|parken|stadtwerke|wahlamt|statistik)"
    r"(?:[._\-+]?[\w.\-]*)?@"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b")
_IBAN_TOLD = re.compile(r"(?i:\biban\b)\W*[A-Z]{2}\d{2}[\s\d]{10,}")
_BIC = re.compile(r"(?i:\b(?:bic|swift)\b)\W{0,3}[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b")
_TAX = re.compile(r"(?i)(?:steuer-?id|idnr|identifikationsnummer|steuernummer)\D{0,12}\d{2}\s?\d{3}\s?\d{3}\s?\d{3}")
_ELEVEN = re.compile(r"^\s*\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}\s*$")
_PHONE = re.compile(
    r"(?i)(?:\b(?:tel(?:efon)?|mobil|handy|fax)\b\.?\s*:?\s*[+(]?\d[\d /()-]{5,}|\+49[\d /()-]{7,}|(?<![\d.,])\b01[567]\d[ /-]?\d{6,8}\b)"
)
_BIRTH = re.compile(r"(?i)\b(?:geb\.|geboren|geburtsdatum:?)\s*(?:am)?\s*\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}")
_PERSON = re.compile(
    r"(?<!Liebe )(?<!Lieben )(?<!Liebfrau )\b(?:Herrn?|Frau|Familie|Fam\.|Eheleute)\s+(?:Dr\.\s+)?(?!Holle\b|Luna\b|Gottes\b|und\b)[A-ZÄÖÜ][a-zäöüß]{2,}(?![\w-]*(?:straße|str\.|platz|weg|gasse))"
)
_PLATE = re.compile(r"(?i:\b(?:kennzeichen|kfz|kennz\.))\W{0,3}[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}\s?\d{1,4}[EH]?\b")
_ORGANISATION = re.compile(
    r"(?i)\b(?:stadt\w*|gemeinde\w*|markt\w*|landkreis\w*|kreis\w*|land|bund\w*|freistaat|staat\w*|amt\w*|\w+amt|gmbh|mbh|ag|kg|ohg|gbr|e\.?\s?v\.?|eg|se|ug|"
    r"verein\w*|verband|\w+verband|genossenschaft\w*|\w+genossenschaft|stiftung\w*|kirche\w*|\w+kirche|pfarr\w*|diakonie\w*|caritas\w*|awo|brk|drk|"
    r"werke?|\w+werke|wohnbau\w*|wohnungs\w*|bahn|deutsche|immobilien\w*|verwaltung\w*|\w+verwaltung|forst\w*|staatsforsten|universit\w+|schule\w*|\w+schule|"
    r"firma|fa\.|privat\w*|öffentlich\w*|kommun\w+|unbekannt|sonstige\w*|eigentümergemeinschaft|weg|erbengemeinschaft|allgemein\w*)\b"
)
_WORD = re.compile(r"[A-Za-zÄÖÜäöüßéèáàçşğı'-]{2,}")


def valid_iban(text: str) -> bool:
    """ISO 13616: the check digits are right (modulo 97)."""
    plain = re.sub(r"\s", "", text).upper()
    if not 15 <= len(plain) <= 34:
        return False
    moved = plain[4:] + plain[:4]
    return moved.isalnum() and int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def valid_tax_id(text: str) -> bool:
    """§ 139b AO: eleven digits, the first not 0, one digit of the first ten twice or three times, ISO 7064 check digit."""
    digits = re.sub(r"\s", "", text)
    if len(digits) != 11 or not digits.isdecimal() or digits[0] == "0":
        return False
    counts = sorted(Counter(digits[:10]).values(), reverse=True)
    if counts[0] not in (2, 3) or counts[1] > 1:
        return False
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def is_private_mail(text: str) -> bool:
    """An address that is not that of an office, such as `info@…`."""
    return any(not _ROLE.match(found) for found in _MAIL.findall(text))


def is_tax_like(text: str) -> bool:
    """Eleven digits and nothing else, as a tax number is written, with the right check digit."""
    return bool(_ELEVEN.match(text)) and valid_tax_id(text)


def is_private_person(text: str) -> bool:
    """A first and a family name, and no word of an organisation."""
    if _ORGANISATION.search(text):
        return False
    if _PERSON.search(text):
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    return 2 <= len(words) <= 4 and any(part in FIRST_NAMES for word in words for part in word.split("-"))


def personal_code(value: str) -> str | None:
    """The code of the first mark of personal data in a text, or None."""
    if is_private_mail(value):
        return "privacy_email"
    if _IBAN_TOLD.search(value) or any(valid_iban(found) for found in _IBAN.findall(value)):
        return "privacy_iban"
    for code, pattern in _PATTERNS:
        if pattern.search(value):
            return code
    return None


_PATTERNS = (
    ("privacy_bic", _BIC),
    ("privacy_tax_id", _TAX),
    ("privacy_phone", _PHONE),
    ("privacy_birth_date", _BIRTH),
    ("privacy_plate", _PLATE),
    ("privacy_person", _PERSON),
)
