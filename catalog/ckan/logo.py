"""The picture of an organization: the one its Kommune handed in, or else a neutral plate that we draw.

Coats of arms are official emblems: none is taken from elsewhere. A plate shows the first letter of the name and the AGS
on a quiet ground. What does not belong here: whether a picture that was handed in is one (`connectors.publishers`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from string import ascii_uppercase

PLATE_VERSION = 1
"""Part of every plate's file name: raise it when the drawing changes, so that portals get the new one."""
_SIDE = 400
_GROUNDS = ("#2f5d62", "#3d5a80", "#5f4b66", "#6b5b3e", "#4a5d3a", "#7a4b4b")
_INK, _QUIET = "#ffffff", "#dfe6ea"
_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg"}
_FILE_NAME = re.compile(r"(?:ags-\d{8}|land)-[0-9a-f]{12}\.(?:png|jpg)$")


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture of the organization `name`; without `data` a plate with the initial of `title`."""

    name: str
    title: str
    data: bytes = b""
    ending: str = "png"

    @property
    def file_name(self) -> str:
        """`ags-09162000-<digest>.png`: a plate's digest is that of what it shows, so drawing it is not needed."""
        shown = self.data or f"plate {PLATE_VERSION} {_initial(self.title)} {self.name}".encode()
        return f"{self.name}-{hashlib.sha256(shown).hexdigest()[:12]}.{self.ending}"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self.ending]

    def picture(self) -> bytes:
        """The bytes to upload."""
        return self.data or plate(_initial(self.title), self.name.removeprefix("ags-"))


def logo_in(image_url: str) -> str:
    """The file name that we uploaded, in what a portal made of it (CKAN puts the time in front); empty for others."""
    found = _FILE_NAME.search(image_url)
    return found.group() if found else ""


def plate_called(name: str, file_name: str) -> Logo | None:
    """The plate of the organization `name` that has this file name, whatever its letter; nothing for a picture."""
    plates = (Logo(name, letter) for letter in f"{ascii_uppercase}ÄÖÜ")
    return next((one for one in plates if one.file_name == file_name), None)


def plate(initial: str, caption: str) -> bytes:
    """Draw a neutral plate as PNG: one large letter, the AGS below it."""
    from PIL import Image, ImageDraw, ImageFont

    ground = _GROUNDS[sum(caption.encode()) % len(_GROUNDS)]
    image = Image.new("RGB", (_SIDE, _SIDE), ground)
    draw = ImageDraw.Draw(image)
    middle = _SIDE / 2
    letter, *marks = list(unicodedata.normalize("NFD", initial))
    draw.text((middle, _SIDE * 0.44), letter, fill=_INK, font=ImageFont.load_default(_SIDE * 0.5), anchor="mm")
    if marks:
        # Pillow's own font, the only one that is there on every machine, has no umlauts: their dots are drawn.
        for side in (-1, 1):
            draw.circle((middle + side * _SIDE * 0.08, _SIDE * 0.18), _SIDE * 0.027, fill=_INK)
    draw.text((middle, _SIDE * 0.84), caption, fill=_QUIET, font=ImageFont.load_default(_SIDE * 0.1), anchor="mm")
    target = BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def _initial(title: str) -> str:
    """The first letter of the name proper: `Markt Altomünster` is an A."""
    words = [word for word in title.split() if word[:1].isalpha()]
    own = [word for word in words if word not in _KINDS] or words
    return own[0][0].upper() if own else "?"


_KINDS = frozenset({"Stadt", "Markt", "Gemeinde", "Große", "Kreisstadt", "Landeshauptstadt", "Landkreis"})
