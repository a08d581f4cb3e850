"""One call to a CKAN portal through ckanapi: patience, and one sentence for every answer.

The seam is ckanapi's own `call_action`, shared by its remote, local and test portals. What does not belong here: which
calls make up a change (`portal`). The token is held by the ckanapi object alone and appears in no message.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from catalog.ckan.config import CkanConfig
from catalog.publishing.portal import PortalError, PortalStopped, Refused, Transient
from catalog.publishing.retry import Patience
from catalog.publishing.text import printable

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class CallAction(Protocol):
    """What ckanapi's RemoteCKAN, LocalCKAN and TestAppCKAN have in common."""

    def call_action(  # noqa: PLR0917 - ckanapi's signature
        self,
        action: str,
        data_dict: dict[str, Any] | None = None,
        context: Any = None,
        apikey: str | None = None,
        files: Any = None,
        requests_kwargs: dict[str, Any] | None = None,
    ) -> Any: ...


class Missing(Refused):
    """The portal knows no such thing (or not for us)."""


class Forbidden(Refused):
    """The token's user may not do this."""


class Invalid(Refused):
    """The portal's validation refused; `errors` by field, in the portal's language."""

    def __init__(self, message: str, errors: Mapping[str, Any]) -> None:
        self.errors = errors
        super().__init__(message)


class Unknown(Refused):
    """The portal has no such action: a plugin is not installed."""


def open_client(config: CkanConfig, *, anonymous: bool = False) -> Client:
    """Return a client of the portal that `config` describes; opens no connection."""
    from ckanapi import RemoteCKAN

    token = None if anonymous else config.token.get_secret_value()
    ckan = RemoteCKAN(config.url, apikey=token, user_agent="datenallmende")
    timeouts = (config.connect_timeout_s, config.read_timeout_s)
    return Client(ckan, config.name, config.url, Patience(config.attempts), timeouts)


class Client:
    """Calls actions of the portal called `name` at `url`."""

    def __init__(  # noqa: PLR0917 - one portal's properties
        self,
        ckan: CallAction,
        name: str,
        url: str,
        patience: Patience,
        timeout_s: tuple[float, float],
        asked_to_wait: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._ckan = ckan
        self.where = f"portal “{name}” ({url})"
        self._timeout = timeout_s
        self._asked_to_wait = asked_to_wait
        self.patience = patience

    def call(self, action: str, *, patience: Patience | None = None, **data: Any) -> Any:
        """Call an action that may be repeated, with patience; raises `Refused`, `PortalStopped` or `Transient`."""
        for attempt in (patience or self.patience).attempts_of():
            with attempt:
                return self.once(action, **data)
        raise AssertionError("unreachable: the last attempt raises")

    def once(self, action: str, *, upload: Mapping[str, Any] | None = None, **data: Any) -> Any:
        """Call an action once; a `Transient` leaves open whether it was done. `upload` is field → file."""
        import requests
        from ckanapi import errors

        try:
            return self._ckan.call_action(action, data, files=upload, requests_kwargs={"timeout": self._timeout})
        except errors.NotAuthorized as error:
            raise Forbidden(
                f"{action}: {self.where} does not allow this to the token's user: make the user editor of the "
                "organization, or have an administrator create it."
            ) from error
        except errors.NotFound as error:
            raise Missing(f"{action}: {self.where} does not find it: make a new plan.") from error
        except errors.ValidationError as error:
            details = {key: value for key, value in error.error_dict.items() if key != "__type"}
            raise Invalid(
                f"{action}: {self.where} refuses it, {_first(details)}: correct it and publish again.",
                details,
            ) from error
        except (errors.SearchError, errors.SearchIndexError) as error:
            raise self._index_down(action) from error
        except errors.ServerIncompatibleError as error:
            raise PortalStopped(f"{action}: {self.where} does not answer like a CKAN: check the address.") from error
        except errors.CKANAPIError as error:
            # the one answer about its index that ckanapi has no class for
            is_index = "Search Connection Error" in str(error)
            raise (self._index_down(action) if is_index else self._other(action, _status(error))) from error
        except requests.RequestException as error:
            raise Transient(
                f"{action}: {self.where} did not answer ({type(error).__name__}): check that it is up, apply again."
            ) from error

    def _index_down(self, action: str) -> Transient:
        return Transient(f"{action}: the search index of {self.where} is down: apply again later.")

    def _other(self, action: str, status: int) -> PortalError:
        if status in _BUSY:
            return Transient(f"{action}: {self.where} answered {status}: apply again later.", self._asked_to_wait())
        if status == 200:
            # a page of a proxy or half an answer: the portal may well have done what it was asked
            return Transient(f"{action}: {self.where} answered no JSON: check the address, or apply again later.")
        if status == 400:
            return Unknown(f"{action}: {self.where} does not know this action: is the plugin installed?")
        if status in {301, 302, 307, 308}:
            return PortalStopped(f"{action}: {self.where} sends us elsewhere: set the address it redirects to.")
        return PortalStopped(f"{action}: {self.where} answered {status or 'something unexpected'}: check the address.")


def _status(error: Exception) -> int:
    """Status in the message of a ckanapi error, which is `repr([url, status, body])`; 0 where there is none."""
    try:
        _, status, _ = ast.literal_eval(str(error))
        return int(status)
    except (ValueError, SyntaxError, TypeError):
        return 0


def _first(details: Mapping[str, Any]) -> str:
    """The first complaint, with its field."""
    for name, value in details.items():
        found: Any = value
        while isinstance(found, (list, Mapping)) and found:
            if isinstance(found, list):
                found = next((item for item in found if item), "")
            else:
                found = next(iter(found.values()))
        return f"{name}: {printable(found).rstrip('.')}"
    return "without saying why"
