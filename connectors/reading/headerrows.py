"""Which rows below the first header row belong to the header, and their joining to one name per column.

What does not belong here: where the first header row stands (`layout`).
"""

from __future__ import annotations

from connectors.reading.cells import column_kinds, is_year, shape
from connectors.reading.words import UNITS


def join_header(rows: list[list[str]], columns: int) -> list[str]:
    """Several header rows to one name per column; a group title also names the columns to its right."""
    padded = [[" ".join(cell.split()) for cell in row[:columns]] + [""] * (columns - len(row)) for row in rows]
    starts: list[set[int]] = [set()]
    for upper in padded:
        starts.append(starts[-1] | {at for at in range(columns) if upper[at]})
    # from below: what a lower row names is known before the row above reaches over it
    for upper, below, stops in reversed(list(zip(padded, padded[1:], starts, strict=False))):
        title = ""
        for at in range(columns):
            # a new group above ends the group to the left
            title = upper[at] or (title if below[at] and at not in stops else "")
            if below[at]:
                upper[at] = title
    names = []
    for at in range(columns):
        parts = [row[at] for row in padded if row[at]]
        names.append(" ".join(part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]))
    return names


def last_header(head: list[list[str]], top: int, kinds: list[str], columns: int) -> int:
    """The last of the header rows: units and sub-titles below the first one belong to the header."""
    last = top
    # the body's kinds are taken further down, where no header row can blur them
    if len(head) > top + 3:
        kinds = column_kinds(head[top + (5 if len(head) > top + 8 else 2) :], columns)
    typed = [at for at, kind in enumerate(kinds) if kind in {"number", "date"}]
    for at in range(top + 1, min(top + 8, len(head) - 1)):
        if not _continues(head[top], head[at], typed, kinds, head[at + 1 : at + 31]):
            break
        last = at
    return last


def _continues(first: list[str], row: list[str], typed: list[int], kinds: list[str], below: list[list[str]]) -> bool:
    texts = [cell.strip() for cell in row if cell.strip()]
    if not texts or any(len(text) > 200 for text in texts):
        return False
    under = _is_under_blank(first, row, below) or _is_under_groups(first, row, below)
    if under or _is_second_half(row, typed, below) or _years_below(first, row, below) or _days_below(first, row, below):
        return True
    if len(texts) == 1 and texts[0].lower().strip("[]()") in UNITS:
        at = next(at for at, cell in enumerate(row) if cell.strip())
        return at in typed and at > 0 and all(other[0].strip() for other in below)
    if len(texts) > 1 and all(text.lower().strip("[]()") in UNITS for text in texts):
        return bool(typed) or leading_blanks(row) > 0
    cells = [at for at in typed if at < len(row) and row[at].strip()]
    if len(typed) < 2 or len(cells) < 2:
        return False
    return sum(shape(row[at]) in {kinds[at], "empty"} for at in cells) <= 0.1 * len(cells)


def _is_under_groups(first: list[str], row: list[str], below: list[list[str]]) -> bool:
    """Names below group titles that are repeated, or given once with blanks to their right."""
    names, groups = [cell.strip() for cell in row], [cell.strip() for cell in first]
    if not all(names) or len(set(names)) < len(names) or len(names) != len(groups) or len(names) < 3:
        return False
    if not all(shape(name) == "text" or is_year(name) for name in names) or not groups[0]:
        return False
    runs = [group for at, group in enumerate(groups) if group and (at == 0 or group != groups[at - 1])]
    if len(runs) * 1.5 > len(groups) or len(set(runs)) < len(runs):
        return False
    return not any(name in other for other in below for name in names if not is_year(name))


def _is_second_half(row: list[str], typed: list[int], below: list[list[str]]) -> bool:
    """`botanisch`, `(amtlich)`, `in m`, `2024` below the first half of the names: not as data is in these columns."""
    cells = {at: cell.strip() for at, cell in enumerate(row) if cell.strip()}
    over_numbers = [at for at in cells if at in typed]
    are_years = all(is_year(cell) for cell in cells.values())
    if not over_numbers or len(below) < 2 or not (are_years or all(shape(cell) == "text" for cell in cells.values())):
        return False
    if are_years and any(is_year(other[at]) for other in below for at in cells if at < len(other)):
        return False
    if any(at < len(other) and other[at].strip() == cells[at] for at in cells for other in below):
        return False
    repeated = len(set(cells.values())) < len(cells)
    lower = sum(not cell[0].isupper() for cell in cells.values())
    # a column that is never blank below is blank here
    gaps = any(
        not row[at].strip() and all(at < len(other) and other[at].strip() for other in below) for at in range(len(row))
    )
    return gaps if are_years else (repeated or gaps) and lower * 2 >= len(cells)


def _years_below(first: list[str], row: list[str], below: list[list[str]]) -> bool:
    """Years right below names of figures (`Ansatz` over `2025`), where what follows is no year."""
    years = [at for at, cell in enumerate(row) if is_year(cell.strip())]
    if (
        len(years) < 2
        or not below
        or any(at >= len(first) or not first[at].strip() or is_year(first[at]) for at in years)
    ):
        return False
    numbers = [at for at, cell in enumerate(row) if shape(cell) == "number"]
    following = [other[at].strip() for other in below for at in years if at < len(other) and other[at].strip()]
    return numbers == years and sum(map(is_year, following)) <= 0.1 * len(following)


def _days_below(first: list[str], row: list[str], below: list[list[str]]) -> bool:
    """Days right below names of figures (`männlich` over `31.12.2023`), blank where the body never is."""
    filled = [at for at, cell in enumerate(row) if cell.strip()]
    if not leading_blanks(row) or not all(at < len(first) and first[at].strip() for at in filled):
        return False
    if any(shape(row[at]) != "date" for at in filled):
        return False
    return (
        len(below) > 1
        and all(shape(other[at]) != "date" for other in below for at in filled if at < len(other))
        and leading_blanks(below[-1]) == 0
    )


def _is_under_blank(first: list[str], row: list[str], below: list[list[str]]) -> bool:
    """Blank where the body never is, below a first row that leaves gaps for it."""
    leading = leading_blanks(row)
    fills = any(text.strip() and not title.strip() for title, text in zip(first, row, strict=False))
    if not leading or not fills:
        # a delimiter at the end of a header is no gap
        return False
    needed = leading_blanks(first) or 1
    if leading < needed:
        return False
    filled_below = sum(leading_blanks(other) < needed for other in below)
    return len(below) > 1 and filled_below >= 0.75 * len(below) and leading_blanks(below[-1]) < needed


def leading_blanks(row: list[str]) -> int:
    for at, cell in enumerate(row):
        if cell.strip():
            return at
    return len(row)
