"""Whether the picture that a Kommune handed in as its logo is one: judged by its content, not by its name.

PNG and JPEG only: an SVG may carry script, and portals serve logos from their own address. What does not belong here:
drawing a plate where there is none (`catalog.ckan.logo`).
"""

from __future__ import annotations

import warnings
from pathlib import Path

MAX_BYTES = 1_000_000
MIN_SIDE, MAX_SIDE = 64, 2000
"""Pixels."""
_HINT = "hand in a PNG or JPEG"


def wrong_logo(path: Path) -> str:
    """Return what is wrong with the picture, as one sentence with what to do; empty where nothing is."""
    try:
        size = path.stat().st_size
        head = path.read_bytes()[:1000] if size <= MAX_BYTES else b""
    except OSError:
        return f"there is no readable file {path}: put the picture beside this file or remove the key"
    if size > MAX_BYTES:
        return f"{path.name} has {size:,} bytes, {MAX_BYTES:,} are allowed: make it smaller"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return f"{path.name} is an SVG or HTML, which may carry script: {_HINT}"
    return _wrong_picture(path)


def _wrong_picture(path: Path) -> str:
    from PIL import Image, UnidentifiedImageError

    try:
        # A picture that unpacks to gigabytes is an error here, not a warning.
        with warnings.catch_warnings(action="error"), Image.open(path, formats=("PNG", "JPEG")) as image:
            width, height, kind = image.width, image.height, image.format
            if max(width, height) <= MAX_SIDE:
                image.load()
    except UnidentifiedImageError:
        return f"{path.name} is no PNG or JPEG by its content: {_HINT}"
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError):
        return f"{path.name} is damaged: {_HINT}"
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE:
        return f"{path.name} has {width} × {height} pixels: each side needs {MIN_SIDE} to {MAX_SIDE}"
    endings = {"PNG": {".png"}, "JPEG": {".jpg", ".jpeg"}}[str(kind)]
    if path.suffix.lower() not in endings:
        return f"{path.name} is a {kind} by its content: call it {path.stem}{min(endings, key=len)}"
    return ""
