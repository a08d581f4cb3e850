"""The SQL of a standard's models: `stg_raw__<name>` and `<name>`.

What does not belong here: their YAML (`scaffold_yaml`), writing files (`scaffold`), what all tables share (macros of
`dbt_project`).
"""

from __future__ import annotations

from standards.definition import Standard

MARK = "Written by `allmende standards scaffold"
REGISTER = ("ags", "gemeinde", "kreis", "regierungsbezirk", "land", "einwohner_gemeinde")

PROVENANCE = ("dataset", "version", "row")

CONTRACT = {
    "string": "varchar",
    "integer": "bigint",
    "number": "double",
    "date": "date",
    "datetime": "timestamp",
    "boolean": "boolean",
    "year": "integer",
}

_CASTS = CONTRACT | {"string": "string"}


def mark_of(standard: Standard) -> str:
    """What tells a written model from one by hand."""
    return f"{MARK} {standard.name}` from its standard.toml: change that and write it again."


def staging_sql(standard: Standard) -> str:
    """`stg_raw__<name>`: names and types."""
    casts = ",\n".join(f"        cast({f.name} as {_CASTS[f.type]}) as {f.name}" for f in standard.fields)
    return f"""-- {mark_of(standard)}
with

source as (

    select * from {{{{ raw_table(source('raw', '{standard.name}')) }}}}

),

typed as (

    select
        {{{{ provenance() }}}},
{casts}
    from source

)

select * from typed
"""  # noqa: S608 - names come from a validated standard


def mart_sql(standard: Standard) -> str:
    """`<name>`: the rows of current open versions with the register."""
    columns = ",\n".join(f"        {name}" for name in (*REGISTER, *standard.schema(), *PROVENANCE))
    return f"""-- {mark_of(standard)}
with

current_rows as (

    {{{{ rows_without_duplicates('{standard.name}') }}}}

),

ordered as (

    select
{columns}
    from current_rows
    order by
        ags,
        dataset,
        row

)

select * from ordered
"""  # noqa: S608 - likewise
