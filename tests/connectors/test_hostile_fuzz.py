"""Arbitrary bytes in every wrapping: a table or a meant refusal; what the coverage-guided fuzzer found stays here."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.shapes import SEEDS, WRAPPINGS
from tests.fuzz.target import read_or_refused

FOUND = {
    "dBase header longer than its field descriptors": "BQMYAQEDAAAAQQALAAAAAAAAAAAAAAAAAAAAAAAAAAAATkFNRQAAAAAAAABDAAAA"
    "AAoAAAAAAAAAAAAAAAAAAA3/YWJjZGVmZ2hpaiBhYmNkZWZnaGlqIGFiY2RlZl5oaWo=",
}


@pytest.mark.parametrize("found", FOUND.values(), ids=FOUND.keys())
def test_what_the_fuzzer_found_is_read_or_refused(found: str) -> None:
    """Each input that once raised something else than a meant refusal."""
    read_or_refused(base64.b64decode(found))


@pytest.mark.parametrize("kind", range(len(WRAPPINGS)), ids=[name for name, _ in WRAPPINGS])
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_bytes_of_any_kind_are_read_or_refused(kind: int, data: st.DataObject) -> None:
    """A seed of this kind with some bytes overwritten, or bytes alone."""
    seeds = [seed[1:] for seed in SEEDS if seed[0] % len(WRAPPINGS) == kind] or [b""]
    body = bytearray(data.draw(st.sampled_from(seeds)))
    noise = data.draw(st.binary(max_size=60))
    at = data.draw(st.integers(0, len(body)))
    body[at : at + data.draw(st.integers(0, len(noise)))] = noise
    read_or_refused(bytes([kind]) + bytes(body))
