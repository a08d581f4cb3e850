{#-
    Warns for every row with a value outside its range. `ranges`: column → [lowest, highest] (inclusive).

    The ranges are those of the possible, wider than a standard's own rules: a row outside them tells of a mistake of
    ours, not of the Kommune. It warns, because one bad row must not hold up the others' data.
-#}
{% test within(model, ranges) %}

{{ config(severity='warn') }}

select *
from {{ model }}
where
    {% for column, range in ranges.items() -%}
        {{ 'or ' if not loop.first }}{{ column }} not between {{ range[0] }} and {{ range[1] }}
    {% endfor %}

{% endtest %}
