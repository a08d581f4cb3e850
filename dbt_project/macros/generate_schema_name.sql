{#- Schemas are called as they are configured (`curated`, not `main_curated`): others read them by these names. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
