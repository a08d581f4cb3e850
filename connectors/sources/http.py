"""One file at one address: a conditional request first, bytes only if something changed, and never without bounds.

What does not belong here: which host may be asked (`netguard`), landing the bytes (`fetch`).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from connectors.config import FetchConfig
from connectors.publishers import HttpSource
from connectors.receipts import Receipt
from connectors.sources.base import Fetched, Order, SourceFailed
from connectors.sources.netguard import guarded_client

T = TypeVar("T")
_REDIRECTS = {301, 302, 303, 307, 308}
_TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_ENCODINGS = {"", "identity", "gzip", "deflate"}
_HEADER_MAX = 512
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


class TryAgain(Exception):
    """The source may answer next time. `retry_after`: seconds that it asked to wait."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Part:
    """A download on its way: the bytes so far and, beside them, what they are the beginning of."""

    path: Path

    @property
    def note(self) -> Path:
        return self.path.with_suffix(".json")

    def begun(self, url: str) -> tuple[int, str]:
        """How many bytes of this address there are and the validator they belong to; (0, "") to start anew."""
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            size = self.path.stat().st_size
        except (OSError, ValueError):
            return 0, ""
        return (size, note["validator"]) if note.get("url") == url and note.get("validator") and size else (0, "")

    def begin(self, url: str, response: httpx.Response) -> None:
        self.drop()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.note.write_text(json.dumps({"url": url, "validator": _validator(response)}), encoding="utf-8")

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


class HttpFetcher:
    """Fetches addresses. One client for all; thread-safe as long as a dataset is fetched by one thread."""

    def __init__(self, config: FetchConfig, folder: Path) -> None:
        self._config = config
        self._folder = folder
        self._client = guarded_client(allow_private=config.allow_private, timeout=config.timeout)

    def close(self) -> None:
        self._client.close()

    def fetch(self, order: Order) -> Fetched | None:
        """The file, or None where the server says that it did not change. Raises `SourceFailed`."""
        source = order.source
        assert isinstance(source, HttpSource)  # noqa: S101 - the caller chose this class by the kind of the source
        last = order.last if order.last and order.last.source_url == source.url else None
        return self.fetch_url(order, source.url, last, suffix=source.format or "")

    def fetch_url(self, order: Order, url: str, last: Receipt | None, *, suffix: str = "") -> Fetched | None:
        """The file at `url`, asked for on the condition that it differs from `last`."""
        part = _Part(self._folder / f"{order.dataset.owner}-{order.dataset.slug}.part")
        return with_retries(self._config, url, lambda: self._attempt(url, last, part, suffix))

    def get_text(self, url: str, params: dict[str, str]) -> tuple[int, str]:
        """A small answer (status and text), for portals' interfaces. Raises `TryAgain`, `SourceFailed`."""
        with self._answer(str(httpx.URL(url, params=params)), {}) as response:
            chunks = bytearray()
            for chunk in self._bounded(response, 32 * 1024 * 1024):
                chunks += chunk
            return response.status_code, chunks.decode("utf-8", "replace")

    def _attempt(self, url: str, last: Receipt | None, part: _Part, suffix: str) -> Fetched | None:
        begun, validator = part.begun(url)
        headers = {"Range": f"bytes={begun}-", "If-Range": validator} if begun else _conditions(last)
        with self._answer(url, headers) as response:
            if response.status_code == 304 and not begun:
                return None
            if response.status_code == 416 or (response.status_code == 206 and not _continues(response, begun)):
                part.drop()
                raise TryAgain("the server answered another range than asked for")
            if response.status_code == 200:
                part.begin(url, response)
                begun = 0
            elif response.status_code != 206:
                raise SourceFailed(f"{url} answers {response.status_code}: check the address")
            self._download(response, part, begun)
            return Fetched(
                data=part.path,
                filename=_filename(response, suffix),
                url=url,
                etag=_plain(response, "etag"),
                last_modified=_plain(response, "last-modified"),
                debris=(part.path, part.note),
            )

    def _download(self, response: httpx.Response, part: _Part, begun: int) -> None:
        length = response.headers.get("content-length", "")
        if length.isdigit() and begun + int(length) > self._config.max_bytes:
            part.drop()
            raise SourceFailed(self._too_large(response))
        with part.path.open("ab" if begun else "wb") as file:
            try:
                for chunk in self._bounded(response, self._config.max_bytes - begun):
                    file.write(chunk)
            except SourceFailed:
                part.drop()
                raise

    def _bounded(self, response: httpx.Response, limit: int) -> Iterator[bytes]:
        """The body's pieces, decoded where the server packed it unasked, within size and time."""
        if response.headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
            raise SourceFailed(f"{response.url} is packed in a way that was not asked for: it is not read")
        received, until = 0, time.monotonic() + self._config.max_seconds
        for chunk in response.iter_bytes():
            received += len(chunk)
            if received > limit:
                raise SourceFailed(self._too_large(response))
            if time.monotonic() > until:
                raise TryAgain(f"{response.url} took longer than {self._config.max_seconds:.0f} s")
            yield chunk

    def _too_large(self, response: httpx.Response) -> str:
        return f"{response.url} is larger than {self._config.max_bytes} bytes: raise fetch.max_bytes if that is meant"

    @contextmanager
    def _answer(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer at the end of all redirects, with its body still to read. Raises `TryAgain`, `SourceFailed`."""
        for _ in range(self._config.max_redirects + 1):
            with self._client.stream("GET", check_url(url), headers=headers) as response:
                if response.status_code in _TRY_AGAIN:
                    raise TryAgain(f"the server answers {response.status_code}", _retry_after(response))
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                target = urljoin(url, response.headers.get("location", ""))
            if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
                raise SourceFailed(f"{url} sends us from https to {target}: an unencrypted detour is not taken")
            url = target
        raise SourceFailed(f"{url} redirects more than {self._config.max_redirects} times")


def with_retries(config: FetchConfig, what: str, attempt: Callable[[], T]) -> T:
    """Call `attempt` until it succeeds, at most `config.attempts` times. Raises `SourceFailed`."""
    pause = wait_random_exponential(multiplier=config.backoff, max=config.max_wait)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, TryAgain) else 0.0
        return float(min(max(asked, pause(state)), config.max_wait))

    retrying = Retrying(
        stop=stop_after_attempt(config.attempts),
        wait=wait,
        retry=retry_if_exception_type((TryAgain, httpx.TransportError)),
        reraise=True,
    )
    try:
        return retrying(attempt)
    except (TryAgain, httpx.TransportError) as error:
        reason = str(error) or type(error).__name__
        raise SourceFailed(f"{what} could not be fetched: {reason}", attempts=config.attempts) from error
    except (httpx.InvalidURL, httpx.DecodingError, httpx.StreamError) as error:
        raise SourceFailed(f"{what} could not be fetched: {error}") from error


def check_url(url: str) -> str:
    """The address itself; raises `SourceFailed` for one that is not http(s) or carries a password."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceFailed(f"{url} is no web address")
    if parts.username or parts.password:
        raise SourceFailed(f"an address at {parts.hostname} carries a password: it is not fetched")
    return url


def _conditions(last: Receipt | None) -> dict[str, str]:
    if last is None:
        return {}
    headers = {"If-None-Match": last.etag, "If-Modified-Since": last.last_modified}
    return {name: value for name, value in headers.items() if value}


def _validator(response: httpx.Response) -> str:
    """What proves that a later piece belongs to the same bytes (RFC 9110, 13.1.5); empty where nothing does."""
    if response.headers.get("content-encoding"):
        return ""
    etag = _plain(response, "etag")
    return etag if etag.startswith('"') else _plain(response, "last-modified")


def _plain(response: httpx.Response, header: str) -> str:
    """A header that can be sent back as it is; empty for a strange one."""
    value = str(response.headers.get(header, ""))
    return value if value.isascii() and value.isprintable() and len(value) <= _HEADER_MAX else ""


def _continues(response: httpx.Response, begun: int) -> bool:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    return bool(found) and found is not None and int(found[1]) == begun


def _retry_after(response: httpx.Response) -> float:
    """Seconds to wait, from a number or a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, float(parsedate_to_datetime(text).timestamp()) - time.time())
    except ValueError:
        return 0.0


def _filename(response: httpx.Response, suffix: str) -> str:
    """What the server calls the file, else the end of the address; with the told format where it has none."""
    header = Message()
    header["content-disposition"] = response.headers.get("content-disposition", "")
    name = header.get_filename() or unquote(urlsplit(str(response.url)).path.rpartition("/")[2]) or "datei"
    return f"{name}.{suffix}" if suffix and "." not in name else name
