"""The scores for people: the table on the screen, the section of `docs/benchmarks.md` and its picture.

What does not belong here: measuring (`run`).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.metadata import version
from pathlib import Path

from tests.bench.pollution.outcome import OVERALL, Outcome
from tests.bench.pollution.readers import OURS, SETTINGS

HEADING = "## Polluted files"
PICTURE = "pollution.svg"
_AIM = 9.9
_PACKAGES = ("duckdb", "clevercsv", "pandas", "polars")


def missed_aims(outcomes: list[Outcome]) -> list[str]:
    """Which of the project's aims are missed: 9.9 overall, and above or level with each peer on every kind."""
    ours = next((outcome for outcome in outcomes if outcome.name == OURS), None)
    if ours is None:
        return []
    overall = [f"{_AIM} overall: {ours.kinds[OVERALL]:.2f}"] if ours.kinds[OVERALL] < _AIM else []
    return overall + [
        f"{kind}: {ours.kinds[kind]:.2f} below {peer.name}, {peer.kinds[kind]:.2f}"
        for peer in outcomes
        for kind in ours.kinds
        if peer.kinds[kind] > ours.kinds[kind] + 1e-9
    ]


def as_text(outcomes: list[Outcome]) -> str:
    """A table with a column a reader."""
    lines = [f"{'':16}" + "".join(f"{_short(outcome.name):>11}" for outcome in outcomes)]
    lines += [
        f"{kind:16}" + "".join(f"{outcome.kinds[kind]:11.2f}" for outcome in outcomes) for kind in outcomes[0].kinds
    ]
    lines.append(f"{'seconds':16}" + "".join(f"{outcome.seconds:11.1f}" for outcome in outcomes))
    return "\n".join(lines)


def _short(name: str) -> str:
    first, comma, _ = name.partition(",")
    return first[:9] + ("+" if comma else "")


def write(folder: Path, outcomes: list[Outcome], files: int, unseen: list[Outcome]) -> None:
    """Rewrite the section at the end of `benchmarks.md`, and the picture beside it. `unseen`: ours with other seeds."""
    page = folder / "benchmarks.md"
    before = page.read_text(encoding="utf-8").split(HEADING)[0].rstrip() if page.is_file() else "# Benchmarks"
    page.write_text(before + "\n\n" + "\n".join(_section(outcomes, files, unseen)) + "\n", encoding="utf-8")
    (folder / PICTURE).write_text("\n".join(_picture(outcomes)) + "\n", encoding="utf-8")


def _section(outcomes: list[Outcome], files: int, unseen: list[Outcome]) -> Iterator[str]:
    yield HEADING
    yield ""
    yield f"{files} files, each a clean table of German content that was spoilt in one way of a kind, or in two or"
    yield "three (`combined`). Score of a file, 0 to 10, after the Pollock benchmark (Vitagliano et al., VLDB 2023):"
    yield "1 for being read at all, and precision, recall and F1 of header, records and cells. Generator, readers and"
    yield "scoring: `tests/bench/pollution/`; the files are ours, made anew in every run from a fixed seed."
    yield ""
    yield f"![Overall scores]({PICTURE})"
    yield ""
    yield "| | " + " | ".join(outcome.name for outcome in outcomes) + " |"
    yield "|---|" + "---:|" * len(outcomes)
    for kind in outcomes[0].kinds:
        best = max(outcome.kinds[kind] for outcome in outcomes)
        cells = [f"{outcome.kinds[kind]:.2f}" for outcome in outcomes]
        bold = [f"**{cell}**" if cell == f"{best:.2f}" else cell for cell in cells]
        yield f"| {kind} | " + " | ".join(bold) + " |"
    yield "| seconds | " + " | ".join(f"{outcome.seconds:.1f}" for outcome in outcomes) + " |"
    yield ""
    yield "Settings, for each the best overall of those that were tried:"
    yield ""
    for outcome in outcomes:
        yield f"- {outcome.name}: {SETTINGS[outcome.name]}"
    yield ""
    yield "Decoded for the peers: byte order mark, else UTF-8 if valid, else UTF-16 if every second byte is zero, else"
    yield f"Windows-1252. Versions: {', '.join(f'{name} {version(name)}' for name in _PACKAGES)}."
    yield ""
    others = ", ".join(f"{one.kinds[OVERALL]:.2f}" for one in unseen)
    lowest = min((value, kind) for one in unseen for kind, value in one.kinds.items())
    yield "The reader was mended with the files of this seed. With other seeds (other tables, other combinations),"
    yield f"which it was not mended with, it reaches {others} overall; its lowest kind there is"
    yield f"“{lowest[1]}” with {lowest[0]:.2f}."
    yield ""
    missed = missed_aims(outcomes)
    yield f"- {_AIM} overall, and no peer above on any kind: {'missed: ' + '; '.join(missed) if missed else 'met'}"


def _picture(outcomes: list[Outcome]) -> Iterator[str]:
    """Bars of the overall scores; colours that can be told apart without colour too: ours is dark."""
    row, left, scale = 30, 210, 40
    ranked = sorted(outcomes, key=lambda outcome: -outcome.kinds[OVERALL])
    width, height = left + 10 * scale + 60, row * len(ranked) + 10
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img"'
    yield ' font-family="sans-serif" font-size="14"><title>Overall scores, 0 to 10</title>'
    yield f'<rect width="{width}" height="{height}" fill="white"/>'
    for number, outcome in enumerate(ranked):
        top, value = 5 + number * row, outcome.kinds[OVERALL]
        fill = "#1b5e3f" if outcome.name == OURS else "#9fb8ac"
        yield f'<text x="{left - 10}" y="{top + 19}" text-anchor="end">{escape(outcome.name)}</text>'
        yield f'<rect x="{left}" y="{top + 4}" width="{value * scale:.0f}" height="{row - 8}" fill="{fill}"/>'
        yield f'<text x="{left + value * scale + 6:.0f}" y="{top + 19}">{value:.2f}</text>'
    yield "</svg>"
