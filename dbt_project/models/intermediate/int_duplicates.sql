with

found as (

    {% for standard in statewide_standards() -%}
    select * from (
        {{ duplicates_of(standard) }}
    ) as of_{{ standard }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from found
