{#-
    The rows of all current open versions, each with the place of its Kommune in the register.

    `rows`: a staging model; `datasets`: `int_datasets_joined` (one row per current open dataset). Rows of any other
    version or dataset do not pass: this join is the only door to the public.
-#}
{% macro rows_of_current_versions(rows, datasets) -%}
    select
        datasets.gemeinde,
        datasets.kreis,
        datasets.regierungsbezirk,
        datasets.land,
        datasets.einwohner_gemeinde,
        versioned.*
    from {{ rows }} as versioned
    inner join {{ datasets }} as datasets
        on
            versioned.dataset = datasets.dataset
            and versioned.version = datasets.version
{%- endmacro %}
