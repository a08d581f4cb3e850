"""Lines beside the table as named facts: `stand`, `quelle`, `lizenz`; the rest as `titel` and `fussnote`.

What does not belong here: which lines stand beside the table (`layout`).
"""

from __future__ import annotations

import re

_FACT = re.compile(r"#?\s*([A-Za-zÄÖÜäöüß][\w äöüß./-]{1,30}?)\s*:\s*(\S.*)", re.DOTALL)


def facts(preamble: list[list[str]], footer: list[list[str]]) -> dict[str, str]:
    """Lines beside the table as named facts: `stand`, `quelle`, …; the rest as `titel` and `fussnote`."""
    result: dict[str, str] = {}
    for rest_key, rows in (("titel", preamble), ("fussnote", footer)):
        rest = []
        for cells in rows:
            match = _FACT.match(text_of(cells))
            key = "_".join(re.findall(r"\w+", match.group(1).lower())) if match else ""
            if match and key and key not in result and "http" not in key:
                result[key] = match.group(2).strip()
            else:
                rest.append(text_of(cells))
        if rest:
            # a line may have been called `Titel:` itself
            result[rest_key] = "\n".join([result[rest_key], *rest] if rest_key in result else rest)
    return result


def text_of(cells: list[str]) -> str:
    """The line as a person reads it."""
    parts = [cell.strip() for cell in cells if cell.strip()]
    if len(parts) == 2 and len(cells) > 1:
        return f"{parts[0].rstrip(':')}: {parts[1]}"
    return " ".join(parts)
