"""Which encoding a text file has, and its text as Python or UTF-8 bytes.

What does not belong here: delimiters and tables (`dialect`, `layout`).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from connectors.reading.messages import note
from connectors.reading.result import Note

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", 3),
    (codecs.BOM_UTF32_LE, "utf-32-le", 4),
    (codecs.BOM_UTF32_BE, "utf-32-be", 4),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
)
_CODECS = {"utf-8-sig": "utf-8", "windows-1252": "cp1252", "iso-8859-1": "latin-1", "macintosh": "mac_roman"}
_ASCII = bytes(range(128))
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_IN_WORD = re.compile(rb"[A-Za-z]([\x80-\xff])|([\x80-\xff])[a-z]")
_GERMAN = "äöüßÄÖÜ"
_UNDEFINED_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_MOJIBAKE = re.compile(
    r"[\u00c2\u00c3][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014"
    r"\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_C1 = range(0x80, 0xA0)
"""Where Windows-1252 and Latin-1 differ."""
_CHUNK = 1024**2
_WINDOW = 256 * 1024


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` is what the report says, `codec` what Python calls it, `bom` how many bytes to skip."""

    name: str
    codec: str
    bom: int = 0
    errors: str = "strict"
    notes: tuple[Note, ...] = ()


def detect(data: bytes) -> Encoding:
    """The encoding of `data`; never fails, the doubtful cases carry a note."""
    for mark, name, length in _BOMS:
        if data.startswith(mark):
            found = Encoding(name, _CODECS.get(name, name), length)
            return found if name != "utf-8-sig" else _checked_utf8(data, found)
    if data.isascii() and b"\0" not in data[:4096]:
        return Encoding("utf-8", "utf-8")
    wide = _utf16_by_zeros(data[:8192])
    if wide:
        return Encoding(
            wide,
            wide,
            0,
            notes=(note("encoding", chosen=wide, reason="jedes zweite Byte ist null", runner_up="utf-8"),),
        )
    return _checked_utf8(data, Encoding("utf-8", "utf-8"))


def decode(data: bytes, encoding: Encoding) -> str:
    """The text without byte order mark; bytes that do not fit become U+FFFD (or Windows-1252 in mixed files)."""
    errors = encoding.errors if encoding.errors != "strict" else "replace"
    if errors == "cp1252":
        _register()
    return data[encoding.bom :].decode(encoding.codec, errors)


def to_utf8(data: bytes, encoding: Encoding) -> bytes:
    """The same text as UTF-8 bytes, transcoded in pieces so that no second copy as `str` is held."""
    if encoding.codec == "utf-8" and encoding.errors == "strict":
        return data[encoding.bom :] if encoding.bom else data
    if encoding.errors == "cp1252":
        _register()
    decoder = codecs.getincrementaldecoder(encoding.codec)(
        encoding.errors if encoding.errors != "strict" else "replace"
    )
    view = memoryview(data)
    return b"".join(
        decoder.decode(view[start : start + _CHUNK], final=start + _CHUNK >= len(data)).encode()
        for start in range(encoding.bom, len(data), _CHUNK)
    )


def holds_any(data: bytes, signs: tuple[bytes, ...]) -> bool:
    """Does any of these sequences occur? All of their bytes are ≥ 0x80; what is not is set aside before the search."""
    beyond = data.translate(None, _ASCII)
    return any(sign in beyond and sign in data for sign in signs)


def undo_mojibake(text: str) -> tuple[str, tuple[Note, ...]]:
    """UTF-8 that was read as Windows-1252 and saved again is undone where it is certain: every such place decodes."""
    if "Ã" not in text and "Â" not in text:
        return text, ()
    found = _MOJIBAKE.findall(text)
    if not found:
        return text, ()
    first = _undo(found[0])
    others = len(re.findall(f"[{_GERMAN}]", text))
    if len(found) < 3 or others or first is None:
        return text, (note("mojibake_suspected", before=found[0]),)
    repaired = _MOJIBAKE.sub(lambda match: _undo(match.group()) or match.group(), text)
    return repaired, (note("mojibake_repaired", before=found[0], after=first, count=len(found)),)


def _undo(pair: str) -> str | None:
    raw = b"".join(bytes([ord(c)]) if ord(c) < 256 else c.encode("cp1252") for c in pair)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _utf16_by_zeros(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _checked_utf8(data: bytes, wanted: Encoding) -> Encoding:
    bad = _invalid_utf8(data)
    if bad is None:
        return wanted
    if len(data) - bad <= 3 and not data[bad:].isascii() and _only_tail_broken(data, bad):
        return Encoding(wanted.name, "utf-8", wanted.bom, "replace", (note("encoding_truncated"),))
    beyond = data.translate(None, _ASCII)
    high = {byte for byte in range(0x80, 0x100) if byte in beyond}
    window = data[max(bad - _WINDOW, 0) : bad + _WINDOW]
    good = _MULTIBYTE.findall(window)
    broken = len(window.translate(None, _ASCII)) - sum(map(len, good))
    if wanted.bom or len(good) > 4 * broken:
        mixed = note("encoding_mixed", count=broken)
        return Encoding(wanted.name, "utf-8", wanted.bom, "cp1252", (mixed,))
    return _single_byte(window, high)


def _invalid_utf8(data: bytes) -> int | None:
    """Offset of the first byte that is not UTF-8; checked in pieces to keep memory low."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(view[start : start + _CHUNK], final=start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return None


def _only_tail_broken(data: bytes, bad: int) -> bool:
    return 0xC2 <= data[bad] <= 0xF4 and all(0x80 <= byte <= 0xBF for byte in data[bad + 1 :])


def _single_byte(data: bytes, high: set[int]) -> Encoding:
    """Windows-1252, unless its reading makes no sense and a DOS or Mac code page makes perfect sense."""
    inside = b"".join(a or b for a, b in _IN_WORD.findall(data))
    shares = {codec: _german_share(inside, codec) for codec in ("cp1252", "cp850", "mac_roman")}
    for codec, name in (("cp850", "cp850"), ("mac_roman", "macintosh")):
        if len(inside) >= 3 and shares[codec] >= 0.9 and shares["cp1252"] <= 0.2:
            reason = "nur so ergeben die Umlaute deutsche Wörter"
            return Encoding(
                name, codec, notes=(note("encoding", chosen=name, reason=reason, runner_up="windows-1252"),)
            )
    if 0xA4 in high and high.isdisjoint(_C1):
        why = note(
            "encoding", chosen="iso-8859-15", reason="enthält das Euro-Zeichen dieses Satzes", runner_up="windows-1252"
        )
        return Encoding("iso-8859-15", "iso-8859-15", notes=(why,))
    if any(byte in _UNDEFINED_1252 for byte in high):
        why = note(
            "encoding", chosen="iso-8859-1", reason="enthält Bytes, die Windows-1252 nicht kennt", runner_up="cp850"
        )
        return Encoding("iso-8859-1", "latin-1", notes=(why,))
    reason = "kein gültiges UTF-8, die Umlaute ergeben deutsche Wörter"
    why = note("encoding", chosen="windows-1252", reason=reason, runner_up="iso-8859-1")
    # the same characters, decoded several times as fast
    codec = "latin-1" if high.isdisjoint(_C1) else "cp1252"
    return Encoding("windows-1252", codec, notes=(why,))


def _german_share(high: bytes, codec: str) -> float:
    text = high.decode(codec, "replace")
    return sum(char in _GERMAN for char in text) / max(len(text), 1)


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    raw = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", "replace") for byte in raw), error.end


def _register() -> None:
    codecs.register_error("cp1252", _as_cp1252)
