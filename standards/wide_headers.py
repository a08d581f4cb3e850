"""What the header of one column says under a wide rule. Headers only: no value is looked at here."""

from __future__ import annotations

import re
from functools import lru_cache

from standards.definition import FieldDef, Standard
from standards.headers import fold, unmarked
from standards.samples import code_words
from standards.wide_rules import Wide

_BROKEN = re.compile(r"(?<=\w)- (?!(?:und|oder|bzw|u)\b)(?=[a-zäöüß])")
"""`Ins- gesamt`: a word broken over two lines."""
_AGAIN = re.compile(r"(?:_\d{1,3}|\.\d{1,3})$")
"""What the reader puts behind a header that comes again."""


def said_by(rule: Wide, column: str, standard: Standard) -> dict[str, str] | None:
    """Field → value that the header of a column says, or None if the column is none of the rule's."""
    key = (standard.wide.index(rule), column)
    if key not in standard.said:
        standard.said[key] = _said(rule, plain(column), standard)
    return standard.said[key]


@lru_cache(maxsize=16384)
def plain(column: str) -> str:
    """The header with single blanks; soft hyphens, line breaks and marks of footnotes gone."""
    return _BROKEN.sub("", re.sub(r"\s+", " ", unmarked(column.replace("\xad", ""))).strip())


def once(column: str) -> str:
    """The header without what tells it from one of the same name before it."""
    return _AGAIN.sub("", plain(column))


def _said(rule: Wide, header: str, standard: Standard) -> dict[str, str] | None:
    if standard.noise:
        header = re.sub(standard.noise, " ", header, flags=re.IGNORECASE).strip(" _-:,")
    if rule.exclude and re.search(rule.exclude, header, re.IGNORECASE):
        return None
    return _by_pattern(rule, plain(header), standard) if rule.columns else _by_parts(rule, header, standard)


def _by_pattern(rule: Wide, header: str, standard: Standard) -> dict[str, str] | None:
    for wide in rule.columns:
        match = re.match(wide.pattern, header, re.IGNORECASE)
        if not match:
            continue
        said = {name: text.strip() for name, text in match.groupdict().items() if text}
        said |= {name: header if text == "$header" else text for name, text in wide.set.items()}
        coded = _all_coded(said, standard)
        if coded is not None:
            return coded
    return None


def _by_parts(rule: Wide, header: str, standard: Standard) -> dict[str, str] | None:
    """All parts taken out of the header wherever they stand; None if anything else is left in it."""
    rest = " " + re.sub(r"[_\s]+", " ", header) + " "
    spoken = bool(rule.subject and re.search(rule.subject, rest, re.IGNORECASE))
    said: dict[str, str] = {}
    for part in rule.parts:
        found = None if part.field in said else re.search(part.pattern, rest, re.IGNORECASE)
        while found and found[0].strip():
            if part.field:
                text = part.value if part.value is not None else _text(found)
                spoken = True
                if text:
                    said[part.field] = text
            rest = f"{rest[: found.start()]} | {rest[found.end() :]}"
            found = None if part.field else re.search(part.pattern, rest, re.IGNORECASE)
    if not spoken or re.search(r"\w", rest):
        return None
    return _all_coded(said, standard)


def _text(found: re.Match[str]) -> str:
    groups = [group for group in found.groups() if group]
    return (groups[0] if groups else found[0]).strip(" _-:,()")


def _all_coded(said: dict[str, str], standard: Standard) -> dict[str, str] | None:
    coded = {name: _coded(standard.by_name[name], text) for name, text in said.items()}
    if None in coded.values():
        return None
    return {name: text for name, text in coded.items() if text}


def _coded(field: FieldDef, text: str) -> str | None:
    if not field.codes or not field.closed:
        return text
    return code_words(field).get(fold(text))
