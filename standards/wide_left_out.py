"""Which of the columns found do not count: sums, balances, shares, what does not add up, what comes twice."""

from __future__ import annotations

from standards.messages import say
from standards.model import Finding, Severity
from standards.wide_search import Said, Search
from standards.wide_sums import adding_up, are_shares


def shares_only(search: Search, found: Said) -> bool:
    """Whole per cents look like counts: told by their sum in every row, where no total proves otherwise."""
    columns = [column for column, _ in found]
    if search.certain or not counted(search) or not are_shares(search.frame, columns):
        return False
    search.tell("wide_skipped", Severity.INFO, columns)
    return True


def counted(search: Search) -> bool:
    return search.standard.by_name[search.rule.value].type == "integer"


def without_sums(search: Search, found: Said) -> Said:
    """Columns that say they are the sum of others, left out where those others are there."""
    for name, word in search.rule.sum_of_others.items():
        sums = [column for column, said in found if said.get(name) == word]
        if sums and any(said.get(name) not in (None, word) for _, said in found):
            search.tell("wide_sum_left_out", Severity.INFO, sums)
            found = [(column, said) for column, said in found if column not in sums]
    return found


def without_balance(search: Search, found: Said) -> Said:
    """Beside columns of both kinds one of neither is their difference."""
    for name, both in search.rule.balance.items():
        told = {said.get(name) for _, said in found}
        neither = [column for column, said in found if said.get(name) is None]
        if neither and told.issuperset(both):
            search.tell("balance_left_out", Severity.WARNING, neither)
            found = [(column, said) for column, said in found if column not in neither]
    return found


def only_proven(search: Search, found: Said) -> Said:
    """Columns checked against what they add up to: proof, and those beside the sum are left out."""
    rule = search.rule
    if not rule.adds_up_to:
        return found
    proven, open_groups, apart = set[str](), 0, list[str]()
    groups: dict[str, list[str]] = {}
    for column, said in found:
        groups.setdefault(said.get(rule.adds_up_by or "", ""), []).append(column)
    for word, columns in groups.items():
        totals = [search.by_field[name] for name in rule.adds_up_to.get(word, ()) if name in search.by_field]
        run, total = adding_up(search.frame, columns, totals) or (None, "")
        if run is None:
            open_groups += 1
            if rule.proof and totals:
                return []
            proven.update(columns)
            if totals and len(columns) > 1 and search.frame.height and rule.any_header:
                search.tell("wide_sum_differs", Severity.INFO, columns, expected=totals[0])
        else:
            proven.update(run)
            if rule.with_total:
                proven.add(total)
            apart += [column for column in columns if column not in proven]
    search.certain = bool(groups) and not open_groups
    if apart:
        search.tell("wide_left_out", Severity.WARNING, apart)
    return [(column, said) for column, said in found if column in proven]


def first_of_each(search: Search, found: Said) -> Said:
    """Two columns that say the same would count twice: the first is used, the other asked about."""
    kept: dict[tuple[tuple[str, str], ...], str] = {}
    out: Said = []
    for column, said in found:
        key = tuple(sorted(said.items()))
        if key in kept:
            told = ", ".join(said.values()) or search.standard.by_name[search.rule.value].title_de
            text = say("column_twice", column=column, value=kept[key], expected=told)
            search.findings.append(Finding(Severity.WARNING, "column_twice", text, column=column))
        else:
            kept[key] = column
            out.append((column, said))
    return out
