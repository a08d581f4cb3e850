"""What export says about a dataset: pure functions over specs, versions and dbt's manifest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.publishers import DatasetSpec, Publishers, PublisherSpec
from connectors.register import Register, load_register
from orchestration import describe
from orchestration.describe import Mart
from orchestration.settings import Settings
from standards.registry import load_standards

STANDARDS = load_standards()
BAMBERG, PASSAU = "09461000", "09262000"
MOMENT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


def version(ags: str = BAMBERG, **changes: Any) -> dict[str, Any]:
    """A current version as `connectors.raw.current_versions` gives it."""
    row = {
        "_ags": ags,
        "_dataset": f"{ags}/baumkataster",
        "_version": f"v-{ags}",
        "standard": "baumkataster",
        "standard_version": "1",
        "classification": "open",
        "filename": "bäume.csv",
        "sha256": "ab" * 32,
        "received_at": MOMENT,
        "moved_at": MOMENT,
        "source_url": None,
        "is_invented": False,
        "stand": date(2025, 12, 31),
        "rows_total": 10,
        "rows_accepted": 8,
        "rows_rejected": 2,
        "reject_reasons": json.dumps({"Zahl fehlt": 2}),
        "repairs": json.dumps([{"kind": "decimal_comma", "column": "Höhe", "title_de": "Komma", "count": 5}]),
    }
    return row | changes


def publishers(register: Register, **licences: str) -> Publishers:
    """Kommunen whose tree register carries this licence; keys are `a<AGS>`."""
    specs = {
        ags[1:]: PublisherSpec(
            ags=ags[1:], name=register.name(ags[1:]), datasets=(DatasetSpec(slug="baumkataster", licence=name),)
        )
        for ags, name in licences.items()
    }
    return Publishers(specs, register)


def municipal(register: Register, row: dict[str, Any] | None = None, **spec: Any) -> Any:
    dataset = DatasetSpec(slug="baumkataster", **spec)
    known = Publishers({BAMBERG: PublisherSpec(ags=BAMBERG, name="Stadt Bamberg", datasets=(dataset,))}, register)
    return describe.municipal(row or version(), STANDARDS["baumkataster"], known, register)


MART = Mart("baumkataster", "Baumkataster", "Bäume.", "baumkataster", (), "c1", "ENVI")
"""Made by the dbt project with the fingerprint c1."""


def statewide(known: Publishers, register: Register, *rows: dict[str, Any], mart: Mart = MART) -> Any:
    return describe.statewide(mart, STANDARDS, rows, (known, register, Settings()))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("cc-zero", "dl-de/by-2-0", "dl-de/by-2-0"),
        ("dl-de/by-2-0", "odbl", "odbl"),
        ("dl-de/zero-2-0", "cc-zero", "dl-de/zero-2-0"),
        ("other-closed", "cc-by-sa/4.0", "other-closed"),
        ("dl-de/by-2-0", "dl-de/by-2-0", "dl-de/by-2-0"),
    ],
)
def test_a_mixed_table_takes_the_most_demanding_licence(
    register: Register, first: str, second: str, expected: str
) -> None:
    """Whoever uses the table keeps every Kommune's terms; the order of the parts does not matter."""
    known = publishers(register, a09461000=first, a09262000=second)
    rows = (version(BAMBERG), version(PASSAU))
    assert statewide(known, register, *rows).licence.name == expected
    assert statewide(known, register, *reversed(rows)).licence.name == expected


def test_every_licence_that_a_kommune_may_choose_has_its_place_in_the_order() -> None:
    """A licence without a place would stop the statewide export."""
    from connectors.publishers.licences import LICENCES

    assert set(describe._DEMANDS) == set(LICENCES)


@pytest.mark.parametrize(
    "change", [{"title": "Bäume"}, {"description": "anders"}, {"licence": "cc-zero"}, {"keywords": ("Linde",)}]
)
def test_the_fingerprint_changes_with_the_words(register: Register, change: dict[str, Any]) -> None:
    """A change in the publisher's file makes the package due."""
    assert municipal(register, **change).inputs != municipal(register).inputs


def test_the_fingerprint_changes_with_the_version_and_the_standard(register: Register) -> None:
    """New rows or new rules make the package due."""
    before = municipal(register).inputs
    assert municipal(register, version(_version="v2")).inputs != before
    newer = STANDARDS["baumkataster"].model_copy(update={"version": "99"})
    known = Publishers({}, register)
    assert (
        describe.municipal(version(), newer, known, register).inputs
        != describe.municipal(version(), STANDARDS["baumkataster"], known, register).inputs
    )


def test_the_fingerprint_does_not_change_with_moments(register: Register) -> None:
    """The same content handed in again at another minute of the day is the same package."""
    later = MOMENT.replace(minute=59)
    assert municipal(register, version(moved_at=later)).inputs == municipal(register).inputs
    known = publishers(register, a09461000="cc-zero")
    assert statewide(known, register, version(moved_at=later)).inputs == statewide(known, register, version()).inputs


def test_the_fingerprint_of_a_statewide_table_follows_mart_and_parts(register: Register) -> None:
    """Another SQL or another version of a part makes the statewide package due."""
    known = publishers(register, a09461000="cc-zero")
    before = statewide(known, register, version()).inputs
    assert statewide(known, register, version(), mart=replace(MART, made_by="c2")).inputs != before
    assert statewide(known, register, version(_version="v2")).inputs != before
    assert statewide(known, register, version(), version(PASSAU)).inputs != before


def test_quality_adds_up(register: Register) -> None:
    """Rows, reasons and repairs of a statewide table are the sums of its parts; the invariant holds."""
    known = publishers(register, a09461000="cc-zero", a09262000="cc-zero")
    other = version(
        PASSAU, rows_total=5, rows_accepted=4, rows_rejected=1,
        reject_reasons=json.dumps({"Zahl fehlt": 1}),
        repairs=json.dumps([
            {"kind": "decimal_comma", "column": "Höhe", "title_de": "Komma", "count": 1},
            {"kind": "missing_word", "column": "Art", "title_de": "k.A.", "count": 2},
        ]),
    )  # fmt: skip
    quality = statewide(known, register, version(), other).quality
    assert (quality.rows_total, quality.rows_accepted, quality.rows_rejected) == (15, 12, 3)
    assert quality.rows_total == quality.rows_accepted + quality.rows_rejected
    assert quality.reject_reasons == {"Zahl fehlt": 3}
    assert {(r.kind, r.column): r.count for r in quality.repairs} == {
        ("decimal_comma", "Höhe"): 6,
        ("missing_word", "Art"): 2,
    }


def test_a_kommune_without_a_file_is_described_from_the_register(register: Register) -> None:
    """Name, URI and a title stand even where nobody wrote a publisher file."""
    told = describe.municipal(version(), STANDARDS["baumkataster"], Publishers({}, register), register)
    assert told.publisher.name == register.name(BAMBERG)
    assert told.publisher.uri.endswith(f"/municipalityKey/{BAMBERG}")
    assert register.name(BAMBERG) in told.title
    assert told.attribution == f"Datenquelle: {told.publisher.name} – {told.licence.name}"


def test_invented_contents_taint_the_statewide_table(register: Register) -> None:
    """One invented part labels the whole."""
    known = publishers(register, a09461000="cc-zero", a09262000="cc-zero")
    assert not statewide(known, register, version()).is_invented
    assert statewide(known, register, version(), version(PASSAU, is_invented=True)).is_invented
