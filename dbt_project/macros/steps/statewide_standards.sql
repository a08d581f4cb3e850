{#- The standards that have a statewide table: the project's, and those of this installation (a list in the environment). -#}
{% macro statewide_standards() -%}
    {{ return(var('standards') + env_var('ALLMENDE_MORE_STANDARDS', '').split()) }}
{%- endmacro %}
