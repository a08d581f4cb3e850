"""Which encoding a text file has, and its text as Python or UTF-8 bytes.

What does not belong here: delimiters and tables (`dialect`, `layout`).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from connectors.reading.messages import note
from connectors.reading.result import Decision, Note

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
_USUAL = frozenset(char.encode() for char in "äöüßÄÖÜéèàçñ–—„“”’…²³°€§")
"""What German text holds beyond ASCII; the same bytes mean nothing in any other set."""
_UNDEFINED_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
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
    reason: str = ""
    runner_up: str = ""

    @property
    def decision(self) -> Decision:
        """The choice as the report tells it."""
        return Decision("encoding", self.name, self.reason, self.runner_up)


def detect(data: bytes) -> Encoding:
    """The encoding of `data`; never fails, the doubtful cases carry a note."""
    for mark, name, length in _BOMS:
        if data.startswith(mark):
            # UTF-16 that starts with a NUL character has the mark of UTF-32
            if name == "utf-32-le" and len(data) % 4 and not _is_utf32(data, name):
                continue
            reason = "die Datei beginnt mit dem Erkennungszeichen (BOM) dieses Satzes"
            found = Encoding(name, _CODECS.get(name, name), length, reason=reason)
            return found if name != "utf-8-sig" else _checked_utf8(data, found)
    if data.isascii() and b"\0" not in data[:4096]:
        reason = "nur ASCII-Zeichen, in allen üblichen Sätzen gleich"
        return Encoding("utf-8", "utf-8", reason=reason, runner_up="windows-1252")
    wide = wide_by_zeros(data[:8192])
    if wide:
        return _doubtful(wide, wide, "die Nullbytes stehen in festem Abstand", "utf-8")
    reason = "alle Bytes sind gültiges UTF-8"
    return _checked_utf8(data, Encoding("utf-8", "utf-8", reason=reason, runner_up="windows-1252"))


def _doubtful(name: str, codec: str, reason: str, runner_up: str) -> Encoding:
    """A choice that a person should know of: it is a note as well."""
    why = note("encoding", chosen=name, reason=reason, runner_up=runner_up)
    return Encoding(name, codec, notes=(why,), reason=reason, runner_up=runner_up)


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


def wide_by_zeros(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: where the zero bytes stand tells which."""
    quarters = [head[at::4].count(0) for at in range(4)]
    quarter = max(len(head) // 4, 1)
    if len(head) >= 8 and min(quarters[2:]) > quarter * 0.9 and quarters[0] < quarter * 0.1:
        return "utf-32-le"
    if len(head) >= 8 and min(quarters[:2]) > quarter * 0.9 and quarters[3] < quarter * 0.1:
        return "utf-32-be"
    even, odd = quarters[0] + quarters[2], quarters[1] + quarters[3]
    half = max(len(head) // 2, 1)
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _is_utf32(data: bytes, codec: str) -> bool:
    return "\ufffd" not in data[4 : 4096 // 4 * 4].decode(codec, "replace")[:-1]


def _checked_utf8(data: bytes, wanted: Encoding) -> Encoding:
    bad = _invalid_utf8(data)
    if bad is None:
        return wanted
    if len(data) - bad <= 3 and not data[bad:].isascii() and _only_tail_broken(data, bad):
        cut = (note("encoding_truncated"),)
        return replace(wanted, errors="replace", notes=cut, reason=f"{wanted.reason}, bis auf das abgeschnittene Ende")
    beyond = data.translate(None, _ASCII)
    high = set(beyond)
    window = data[max(bad - _WINDOW, 0) : bad + _WINDOW]
    good = _MULTIBYTE.findall(window)
    broken = len(window.translate(None, _ASCII)) - sum(map(len, good))
    usual = sum(sequence in _USUAL for sequence in good)
    if wanted.bom or len(good) > 4 * broken or (usual == len(good) and len(good) * 10 >= broken):
        mixed = note("encoding_mixed", count=broken)
        reason = f"{len(good)} Stellen sind UTF-8, {broken} sind es nicht"
        return replace(wanted, errors="cp1252", notes=(mixed,), reason=reason, runner_up="windows-1252")
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
            return _doubtful(name, codec, "nur so ergeben die Umlaute deutsche Wörter", "windows-1252")
    if 0xA4 in high and high.isdisjoint(_C1):
        return _doubtful("iso-8859-15", "iso-8859-15", "enthält das Euro-Zeichen dieses Satzes", "windows-1252")
    if any(byte in _UNDEFINED_1252 for byte in high):
        return _doubtful("iso-8859-1", "latin-1", "enthält Bytes, die Windows-1252 nicht kennt", "cp850")
    found = _doubtful(
        "windows-1252", "cp1252", "kein gültiges UTF-8, die Umlaute ergeben deutsche Wörter", "iso-8859-1"
    )
    # the same characters, decoded several times as fast
    return replace(found, codec="latin-1") if high.isdisjoint(_C1) else found


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
