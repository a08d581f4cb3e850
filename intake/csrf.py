"""Protection against forged posts: signed double-submit. The cookie holds a random value, the form its signature.

Another site can make a browser post here, but it can neither read the cookie nor sign one. Nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "allmende_form"
FIELD = "formular"
_NONCE = re.compile(r"[A-Za-z0-9_-]{32}")
_AGE = 12 * 60 * 60


def nonce_of(request: Request) -> str:
    """The visitor's random value: from the cookie, or a new one."""
    told = request.cookies.get(COOKIE, "")
    return told if _NONCE.fullmatch(told) else secrets.token_urlsafe(24)


def sign(nonce: str, secret: str) -> str:
    return hmac.new(secret.encode(), nonce.encode(), hashlib.sha256).hexdigest()


def remember(response: Response, nonce: str, *, is_https: bool) -> None:
    response.set_cookie(COOKIE, nonce, max_age=_AGE, httponly=True, samesite="strict", secure=is_https, path="/")


def is_genuine(request: Request, told: str, secret: str) -> bool:
    """Whether the posted field is the signature of this browser's cookie, and no other site sent the form."""
    nonce = request.cookies.get(COOKIE, "")
    if not _NONCE.fullmatch(nonce) or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    return hmac.compare_digest(told.encode("utf-8", "replace"), sign(nonce, secret).encode())
