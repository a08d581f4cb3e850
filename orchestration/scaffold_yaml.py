"""The YAML of a standard's models: descriptions, contract, data tests, a unit test, an exposure.

What does not belong here: their SQL (`scaffold_sql`), writing files (`scaffold`).
"""

from __future__ import annotations

import json

from orchestration.scaffold_sql import CONTRACT, PROVENANCE, REGISTER, mark_of
from standards.definition import FieldDef, Standard


def staging_yml(standard: Standard) -> str:
    """`stg_raw__<name>` and its sources."""
    name = standard.name
    return f"""# {mark_of(standard)}
models:
  - name: stg_raw__{name}
    description: All accepted rows of the standard `{name}`, every version of every dataset, open or not.

sources:
  - name: raw
    tables:
      - name: {name}
        description: Accepted rows of the standard `{name}`.
        config: {{meta: {{dagster: {{asset_key: [raw, {name}]}}}}}}
      - name: {name}_rejects
        description: Rejected rows of the standard `{name}`.
        config: {{meta: {{dagster: {{asset_key: [raw, {name}_rejects]}}}}}}
"""


def mart_yml(standard: Standard) -> str:
    """`<name>` with contract, tests and exposure."""
    name = standard.name
    shared = "\n".join(_shared_column(column) for column in REGISTER)
    own = "\n".join(_own_column(field) for field in standard.fields)
    after = "\n".join(_shared_column(column) for column in PROVENANCE)
    title = _quoted(standard.title_de)
    published = _quoted(
        f"„{standard.title_de}“ landesweit als CSV, Parquet und Excel im Portal und im DCAT-AP.de-Feed."
    )
    return f"""# {mark_of(standard)}
models:
  - name: {name}
    description: {_quoted(standard.description_de)}
    config:
      meta:
        title: {title}
        standard: {name}
{_same_thing(standard)}    columns:
{shared}
{own}
{after}
{_data_tests(standard)}
{_unit_test(standard)}
exposures:
  - name: {name}_landesweit
    label: {_quoted(f"{standard.title_de} aller Kommunen")}
    type: application
    maturity: high
    description: {published}
    owner: {{name: Datenallmende}}
    depends_on: [ref('{name}')]
"""


def _same_thing(standard: Standard) -> str:
    """What makes two rows one thing, as the macro `duplicate_rule` reads it."""
    rule = standard.duplicates
    if rule is None:
        return ""
    parts = [f"key: [{', '.join(rule.key)}]"]
    parts += [f"optional: [{', '.join(rule.optional)}]"] if rule.optional else []
    parts += [f"near_m: {rule.near_m:g}"] if rule.near_m is not None else []
    parts += [f"address: {rule.address}"] if rule.address else []
    parts += ["once: true"] if rule.once else []
    return f"        duplicates: {{{', '.join(parts)}}}\n"


def _shared_column(name: str) -> str:
    type_ = "bigint" if name in ("row", "einwohner_gemeinde") else "varchar"
    lines = [
        f"      - name: {name}",
        f"        data_type: {type_}",
        f"        description: \"{{{{ doc('{name}') }}}}\"",
    ]
    if name in ("ags", *PROVENANCE):
        lines.append("        constraints: [{type: not_null}]")
    return "\n".join(lines)


def _own_column(field: FieldDef) -> str:
    lines = [
        f"      - name: {field.name}",
        f"        data_type: {CONTRACT[field.type]}",
        f"        description: {_quoted(field.description_de)}",
    ]
    if field.unit:
        lines.append(f"        config: {{meta: {{unit: {_quoted(field.unit)}}}}}")
    if field.codes and field.closed:
        values = ", ".join(_quoted(code.value) for code in field.codes)
        lines += [
            "        data_tests:",
            "          - accepted_values:",
            f"              arguments: {{values: [{values}]}}",
        ]
    return "\n".join(lines)


def _data_tests(standard: Standard) -> str:
    required = [field.name for field in standard.fields if field.required]
    wide = {name for rule in standard.wide for name in _said(standard, rule.value)}
    key = ", ".join((*PROVENANCE, *(name for name in standard.key if name in wide)))
    lines = ["    data_tests:"]
    if required:
        lines += ["      - never_null:", f"          arguments: {{columns: [{', '.join(required)}]}}"]
    lines += ["      - unique_combination:", f"          arguments: {{columns: [{key}]}}"]
    ranges = _ranges(standard)
    if ranges:
        lines += ["      - within:", "          arguments:", "            ranges:"]
        lines += [f"              {name}: [{low:g}, {high:g}]" for name, (low, high) in ranges.items()]
    return "\n".join(lines) + "\n"


def _said(standard: Standard, value: str) -> set[str]:
    """Where one row of a file becomes several, the standard's key tells them apart, but for the value itself."""
    return set(standard.key) - {value}


def _ranges(standard: Standard) -> dict[str, tuple[float, float]]:
    """What is possible at all; places: Germany."""
    found = {"lat": (47.0, 56.0), "lon": (5.0, 16.0)} if standard.has_places else {}
    for field in standard.fields:
        if field.name not in found and field.minimum is not None and field.maximum is not None:
            found[field.name] = (field.minimum, field.maximum)
    return found


def _unit_test(standard: Standard) -> str:
    name = standard.name
    first = next((field for field in standard.fields if field.type == "string" and not field.codes), None)
    value = f", {first.name}: {_quoted(first.example or 'x')}" if first else ""
    given = '{{ags: "{0}", dataset: {0}/a, version: {1}, row: 2{2}}}'
    joined = '{{ags: "{0}", gemeinde: {1}, dataset: {0}/a, version: v2}}'
    expected = '{{ags: "{0}", gemeinde: {1}, dataset: {0}/a, version: v2, row: 2{2}}}'
    munich, unknown = "09162000", "09999999"
    return f"""unit_tests:
  - name: {name}_has_the_rows_of_current_versions
    description: Rows of other versions do not pass; a Kommune that the register does not know stays, without a name.
    model: {name}
    given:
      - input: ref('stg_raw__{name}')
        rows:
          - {given.format(munich, "v1", value)}
          - {given.format(munich, "v2", value)}
          - {given.format(unknown, "v2", value)}
      - input: ref('int_datasets_joined')
        rows:
          - {joined.format(munich, "München")}
          - {joined.format(unknown, "null")}
      - input: ref('int_duplicates')
        rows: []
    expect:
      rows:
        - {expected.format(munich, "München", value)}
        - {expected.format(unknown, "null", value)}
"""


def _quoted(text: str) -> str:
    """A double-quoted YAML scalar; JSON's are."""
    return json.dumps(text, ensure_ascii=False)
