{#-
    What makes two rows of a standard the same thing, as `meta.duplicates` of its mart says it:

    key       the fields that name the thing; all filled, but those in `optional`
    near_m    places of one key are one thing only within so many metres (a name alone says little)
    address   the field that decides where one of the two has no coordinates
    once      true: the thing can stand only once in a file, a second row like it in every field says nothing new

    Without a rule only rows that are alike in every field count. `fields`: the columns of the standard itself.
-#}
{% macro duplicate_rule(standard) -%}
    {%- set rule = {'key': [], 'optional': [], 'near_m': none, 'address': none, 'once': false, 'fields': []} -%}
    {#- A unit test knows no graph. -#}
    {%- if execute and graph.nodes -%}
        {%- set mart = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
            | selectattr('name', 'equalto', standard) | first -%}
        {%- do rule.update(mart.config.meta.get('duplicates', {})) -%}
        {%- do rule.update({'fields': (mart.columns.keys() | list)[6:-3]}) -%}
    {%- endif -%}
    {{ return(rule) }}
{%- endmacro %}

{#- The key as one text, for people and for joins. -#}
{% macro key_text(rule, alias) -%}
    {%- if not rule.key -%}{{ return("''") }}{%- endif -%}
    concat_ws(' | ' {%- for field in rule.key -%}, coalesce(cast({{ alias }}.{{ field }} as string), ''){%- endfor -%})
{%- endmacro %}

{#- Whether the key is filled, so that it may speak for the row. -#}
{% macro key_is_whole(rule, alias) -%}
    {%- if not rule.key -%}{{ return('false') }}{%- endif -%}
    {%- set needed = rule.key | reject('in', rule.optional) -%}
    ({%- for field in needed -%}{{ ' and ' if not loop.first }}{{ alias }}.{{ field }} is not null{%- endfor -%})
{%- endmacro %}

{#- Text as it is compared: without case, blanks and the usual marks. -#}
{% macro folded(text) -%}
    {%- set folding = namespace(sql='lower(' ~ text ~ ')') -%}
    {%- for mark in [' ', '-', '.', ',', '"'] -%}
        {%- set folding.sql = "replace(" ~ folding.sql ~ ", '" ~ mark ~ "', '')" -%}
    {%- endfor -%}
    {{ return("replace(" ~ folding.sql ~ ", 'straße', 'str')") }}
{%- endmacro %}

{#- All fields of the standard as one text: equal exactly where the rows say the same. -#}
{% macro content_text(rule, alias) -%}
    {%- if not rule.fields -%}{{ return("''") }}{%- endif -%}
    concat_ws(' | ' {%- for field in rule.fields -%}, coalesce(cast({{ alias }}.{{ field }} as string), ''){%- endfor -%})
{%- endmacro %}

{#- Metres between two places not far from each other; null where one has no coordinates. -#}
{% macro metres_between(one, other) -%}
    111320 * sqrt(
        power({{ one }}.lat - {{ other }}.lat, 2)
        + power(({{ one }}.lon - {{ other }}.lon) * cos(radians({{ one }}.lat)), 2)
    )
{%- endmacro %}
