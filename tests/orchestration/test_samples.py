"""What an engineer sees of converted files in Dagster."""

from connectors.ingest import DatasetReport
from connectors.loadrun import Details
from orchestration.samples import samples
from standards.model import ColumnMatch, Example, Hold, Repair


def test_samples_show_mapping_repairs_rejects_and_why_a_file_is_held() -> None:
    """One line each, with the dataset; files that were not converted in this run have none."""
    details = Details(
        mapping=(ColumnMatch("Höhe", "hoehe_m", "name", 1.0),),
        repairs=(Repair("unit", "Höhe", 7, "Einheit", (Example("120 cm", "1.2", 4),)),),
        reject_reasons=(("In Zeile 5 fehlt etwas.", 3),),
        held=(Hold("held_email", "Ort", 2, "In „Ort“ stehen E-Mail-Adressen.", (4, 9)),),
        questions=("Stimmt das?",),
    )
    found = samples([DatasetReport("1/a", "held", "v1", details=details), DatasetReport("1/b", "unchanged", "v2")])
    assert {name: len(lines) for name, lines in found.items()} == dict.fromkeys(
        ("mapping", "repairs", "rejects", "held", "questions"), 1
    )
    assert found["repairs"][0] == {
        "dataset": "1/a", "kind": "unit", "column": "Höhe", "count": 7, "example": "row 4: 120 cm → 1.2",
    }  # fmt: skip
    assert found["rejects"][0]["rows"] == 3
    assert (found["held"][0]["column"], found["held"][0]["cells"]) == ("Ort", 2)
