"""Two header rows that came as one name: the group's title does not hide what the column is."""

from __future__ import annotations

from standards.headers import forms_in


def known(columns: tuple[str, ...], column: str) -> list[str]:
    return [form for form, _ in forms_in(columns)[column]]


def test_words_that_neighbours_share_are_a_title():
    """`Maße Höhe (cm)` beside `Maße Krone (cm)` is also known as `Höhe`, a lone title's column too."""
    columns = ("Baum Nr", "Baum Art", "Maße Höhe (cm)", "Maße Krone (cm)", "Lage Straße")
    assert "hoehe" in known(columns, "Maße Höhe (cm)")
    assert "nr" in known(columns, "Baum Nr")
    assert "strasse" in known(columns, "Lage Straße")


def test_one_group_is_no_second_header_row():
    """A single pair that begins alike is taken as it stands: `Betreiber Name` is not the name."""
    assert known(("Betreiber Name", "Betreiber Ort", "Plätze"), "Betreiber Name") == ["betreibername"]


def test_titles_that_tell_columns_apart_stay():
    """Where two groups hold the same words, dropping their titles would mix them up."""
    columns = ("Betreiber Name", "Betreiber Ort", "Anlage Name", "Anlage Ort")
    assert "name" not in known(columns, "Anlage Name")
