{#-
    A Delta table of the raw zone as something that can be selected from.

    Takes the source, so that the lineage stays visible in the model. Engines other than DuckDB register the tables in
    their catalogue and read them by name.
-#}
{% macro raw_table(relation) -%}
    {{ return(adapter.dispatch('raw_table')(relation)) }}
{%- endmacro %}

{% macro default__raw_table(relation) -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro duckdb__raw_table(relation) -%}
    {{ return("delta_scan('" ~ raw_uri() ~ "/" ~ relation.identifier ~ "')") }}
{%- endmacro %}

{% macro raw_uri() -%}
    {{ return(env_var('ALLMENDE_RAW_URI', 'raw') | replace("'", "''")) }}
{%- endmacro %}
