{#-
    The rows of all current open versions of a standard, each with the place of its Kommune in the register.

    Rows of any other version or dataset do not pass: this join is the only door to the public.
-#}
{% macro rows_of_current_versions(standard) -%}
    select
        datasets.gemeinde,
        datasets.kreis,
        datasets.regierungsbezirk,
        datasets.land,
        datasets.einwohner_gemeinde,
        versioned.*
    from {{ ref('stg_raw__' ~ standard) }} as versioned
    inner join {{ ref('int_datasets_joined') }} as datasets
        on
            versioned.dataset = datasets.dataset
            and versioned.version = datasets.version
{%- endmacro %}

{#- The same without the rows that say again what another row says: those stand in `duplicates`, each with its reason. -#}
{% macro rows_without_duplicates(standard) -%}
    {{ rows_of_current_versions(standard) }}
    left join {{ ref('int_duplicates') }} as duplicates
        on
            duplicates.standard = '{{ standard }}'
            and versioned.dataset = duplicates.dataset
            and versioned.version = duplicates.version
            and versioned.row = duplicates.row
            and {{ key_text(duplicate_rule(standard), 'versioned') }} = duplicates.schluessel
    where duplicates.dataset is null
{%- endmacro %}
