"""Access tokens of Kommunen. Only their hashes are kept; a token is random, so a plain SHA-256 of it is enough.

(A slow hash defends passwords that people choose; 256 random bits cannot be guessed at any speed.)
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

from pydantic import SecretStr

_NOBODY = "0" * 64


def new_token() -> tuple[str, str]:
    """A fresh token for a Kommune, shown once, and its hash for the settings."""
    token = f"allmende-{secrets.token_urlsafe(32)}"
    return token, token_hash(token)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def may_hand_in(ags: str, token: str, tokens: Mapping[str, Sequence[SecretStr]]) -> bool:
    """Whether `token` belongs to this Kommune. The comparison takes the same time for a known and an unknown AGS."""
    given = token_hash(token.strip())
    kept = [one.get_secret_value() for one in tokens.get(ags, ())] or [_NOBODY]
    matches = [hmac.compare_digest(given, one) for one in kept]
    return any(matches)
