{#- The four raw columns every row carries, under their public names. -#}
{% macro provenance() -%}
    cast(_ags as string) as ags,
    cast(_dataset as string) as dataset,
    cast(_version as string) as version,
    cast(_row as bigint) as row
{%- endmacro %}
