"""Marks of personal data, and what holds a file: private persons and accounts do, offices and companies do not."""

import polars as pl
import pytest

from standards.engine import judge
from standards.model import Judgement, Table
from standards.personal import is_private_person, personal_code, valid_iban, valid_tax_id
from standards.registry import load_standards

STANDARDS = load_standards()


def judged(data: dict[str, list[str]], name: str = "spielplaetze", **facts: object) -> Judgement:
    frame = pl.DataFrame(data)
    return judge(Table(frame, pl.int_range(2, frame.height + 2, eager=True), **facts), STANDARDS[name])  # type: ignore[arg-type]


def test_check_digits_tell_numbers_of_persons_from_other_numbers() -> None:
    """Examples of the authorities are right, one digit changed is not."""
    assert valid_iban("DE89 3704 0044 0532 0130 00")
    assert not valid_iban("DE88 3704 0044 0532 0130 00")
    assert valid_tax_id("86 095 742 719")
    assert not valid_tax_id("86 095 742 718")
    assert not valid_tax_id("12345678901")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Konto DE89370400440532013000", "privacy_iban"),
        ("Nr. DE88370400440532013000", None),
        ("IdNr 86095742719", "privacy_tax_id"),
        ("BIC: COBADEFFXXX", "privacy_bic"),
        ("Baum A-BC 123", None),
        ("Kennzeichen: A-BC 123", "privacy_plate"),
        ("geb. am 3.4.1951", "privacy_birth_date"),
        ("Familie Huber, Hauptstr. 5", "privacy_person"),
        ("max.muster@web.de", "privacy_email"),
        ("info@stadt-bamberg.de", None),
        ("kita-sonnenschein@t-online.de", None),
        ("Frau-Holle-Weg 3", None),
        ("Baum 0151-22-17", None),
    ],
)
def test_marks_in_a_text(text: str, code: str | None) -> None:
    """What surely is personal has a code; an office's address, a street, a tree's number have none."""
    assert personal_code(text) == code


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("Max Mustermann", True),
        ("Huber, Anna-Lena", True),
        ("Eheleute Schmid", True),
        ("Stadt Augsburg", False),
        ("Karl Huber GmbH", False),
        ("Kath. Kirchenstiftung St. Peter", False),
        ("Öffentliche Grünfläche", False),
    ],
)
def test_private_persons_and_organisations(text: str, private: bool) -> None:
    """An owner is held only where a person's name stands."""
    assert is_private_person(text) is private


NAMES = {"Name": ["A", "B"], "lat": ["48,1", "48,2"], "lon": ["11,5", "11,6"]}


@pytest.mark.parametrize(
    ("columns", "held"),
    [
        ({"Eigentümer": ["Max Mustermann", "Huber, Anna"]}, ["held_names"]),
        ({"Eigentümer": ["Stadt Augsburg", "Wohnbau GmbH"]}, []),
        ({"Vorname": ["Erika", "Tom"], "Nachname": ["X", "Y"]}, ["held_names"]),
        ({"Vorname": ["Erika", "Tom"], "Partei": ["P", "Q"]}, []),
        ({"Geburtsdatum": ["3.4.1951", "4.5.1960"]}, ["held_birth_date"]),
        ({"Ansprechpartner": ["Max Mustermann", "Anna Huber"], "E-Mail": ["a.b@stadt.de", "info@stadt.de"]}, []),
        ({"Konto": ["DE89370400440532013000", ""]}, ["held_iban"]),
        ({"Pflegegrad": ["2", "3"]}, ["held_health"]),
        ({"Bemerkung": ["Pate: 0171/1234567", "morsch"]}, ["held_phone"]),
        ({"Kurzinfo": ["Auskunft: Tel. 0821 1234567", "groß"]}, []),
    ],
)
def test_columns_that_nobody_publishes_hold_the_file_only_where_they_are_private(columns, held) -> None:
    """Contacts of an office only lead to a remark."""
    assert [hold.code for hold in judged({**NAMES, **columns}).held] == held


def test_a_hold_names_rows_and_no_value_and_a_release_lets_all_through() -> None:
    """Released, the rows are accepted as they stand."""
    data = {**NAMES, "Name": ["Bei Frau Huber", "Platz"]}
    (hold,) = judged(data).held
    assert (hold.code, hold.count, hold.rows) == ("held_person", 1, (2,))
    assert "Huber" not in hold.message_de
    released = judged(data, is_released=True)
    assert (released.held, released.rows_accepted) == ((), 2)


def test_small_counts_of_persons_hold_the_file() -> None:
    """One or two persons of a feature may be told; none and many may not."""
    data = {"Jahr": ["2023"] * 4, "Merkmal": ["a", "b", "c", "d"], "Anzahl": ["2", "0", "900", "1"]}
    (hold,) = judged(data, "einwohner").held
    assert (hold.code, hold.count, hold.rows) == ("held_small_cells", 2, (2, 5))
