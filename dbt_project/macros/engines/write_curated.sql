{#-
    After a mart is built: put it into the curated zone as `<name>.parquet`.

    Not dbt-duckdb's `external` materialization, because that one writes a row of nulls where a mart is empty and its
    files are read by others. The file appears under its name only when it is complete. The order of rows is the mart's.
    Engines whose tables already lie in the curated zone do nothing.
-#}
{% macro write_curated(relation) -%}
    {{ return(adapter.dispatch('write_curated')(relation)) }}
{%- endmacro %}

{% macro default__write_curated(relation) -%}
    {{ return('') }}
{%- endmacro %}

{% macro duckdb__write_curated(relation) -%}
    {%- if config.get('materialized') == 'view' -%}{{ return('') }}{%- endif -%}
    {%- set folder = env_var('ALLMENDE_CURATED_URI', 'curated') | replace("'", "''") -%}
    copy (select * from {{ relation }})
    to '{{ folder }}/{{ relation.identifier }}.parquet' (format parquet, compression zstd)
{%- endmacro %}
