"""The picture that a Kommune hands in: judged by its content, every refusal a sentence with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from connectors.publishers import check_publishers, load_publishers
from connectors.register import load_register


def _picture(path: Path, size: tuple[int, int] = (200, 100), kind: str = "PNG") -> Path:
    Image.new("RGB", size, "#336699").save(path, kind)
    return path


def _problems(folder: Path, logo: str) -> list[str]:
    (folder / "09461000.toml").write_text(f'ags = "09461000"\nlogo = "{logo}"\n')
    return [str(problem) for problem in check_publishers([folder], register=load_register(), standards=())]


def test_a_png_and_a_jpeg_are_taken(tmp_path: Path) -> None:
    """Beside the file, named relative to it."""
    _picture(tmp_path / "a.png")
    _picture(tmp_path / "b.jpg", kind="JPEG")
    assert _problems(tmp_path, "a.png") == _problems(tmp_path, "b.jpg") == []
    spec = load_publishers([tmp_path], register=load_register(), standards=()).get("09461000")
    assert spec is not None
    assert spec.logo == tmp_path / "b.jpg"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "may carry script"),
        ("a.png", b"\xef\xbb\xbf <!DOCTYPE html><svg onload='x'/>", "may carry script"),
        ("a.png", b"MZ no picture at all", "no PNG or JPEG by its content"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "PNG or JPEG"),
        ("a.png", b"\0" * 1_000_001, "make it smaller"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """An SVG, HTML, another file, a torn or a large one never reaches a portal."""
    (tmp_path / name).write_bytes(content)
    (problem,) = _problems(tmp_path, name)
    assert problem.startswith("09461000.toml: logo: ")
    assert said in problem


def test_size_ending_and_presence(tmp_path: Path) -> None:
    """A picture of wrong size, one that is called what it is not, and one that is not there."""
    _picture(tmp_path / "small.png", (10, 200))
    _picture(tmp_path / "large.png", (2001, 100))
    _picture(tmp_path / "jpeg.png", kind="JPEG")
    for name, said in (
        ("small.png", "10 × 200 pixels"),
        ("large.png", "2001 × 100 pixels"),
        ("jpeg.png", "call it jpeg.jpg"),
        ("none.png", "no readable file"),
    ):
        (problem,) = _problems(tmp_path, name)
        assert said in problem


def test_a_torn_picture_is_refused(tmp_path: Path) -> None:
    """The end of the file is missing."""
    whole = _picture(tmp_path / "a.png", (900, 900)).read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    (problem,) = _problems(tmp_path, "a.png")
    assert "damaged" in problem


@pytest.mark.parametrize(
    ("ags", "title"),
    [
        ("09761000", "Stadt Augsburg"),
        ("09162000", "Landeshauptstadt München"),
        ("09174111", "Markt Altomünster"),
        ("09178124", "Große Kreisstadt Freising"),
        ("09178143", "Stadt Moosburg a.d.Isar"),
        ("09178120", "Gemeinde Eching"),
        ("09172452", "Eck"),
        ("09171000", "Landkreis Altötting"),
        ("02000000", "Hamburg, Freie und Hansestadt"),
    ],
)
def test_titles_say_what_a_kommune_is(ags: str, title: str) -> None:
    """As the register says it, in the order in which one says it."""
    assert load_register().title(ags) == title
