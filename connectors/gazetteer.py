"""The register as the engine asks it: which Gemeinde a name means. Loaded when first asked."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from connectors.register import Register, load_register
from standards.municipalities import spoken


class RegisterGazetteer:
    """Satisfies `standards.municipalities.Gazetteer`."""

    @cached_property
    def _register(self) -> Register:
        return load_register()

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[str, str]]]:
        """Name → (AGS, Kreis) of all Gemeinden of that name."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        kreise: dict[str, str] = {}
        for gemeinde in self._register:
            if gemeinde.kreis_ags not in kreise:
                kreise[gemeinde.kreis_ags] = spoken(self._register.kreis(gemeinde.kreis_ags))[0]
            found[spoken(gemeinde.name)[0]].append((gemeinde.ags, kreise[gemeinde.kreis_ags]))
        return found

    def find(self, name: str, kreis: str) -> str | None:
        there = self._by_name.get(name, [])
        if kreis:
            there = [(ags, of) for ags, of in there if of == kreis] or [
                one for one in there if one[1].startswith(kreis)
            ]
        return there[0][0] if len(there) == 1 else None

    def __contains__(self, ags: str) -> bool:
        return ags in self._register


GAZETTEER = RegisterGazetteer()
