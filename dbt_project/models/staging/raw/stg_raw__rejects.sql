with

{% for standard in statewide_standards() -%}
{{ standard }}_rejects as (

    select
        '{{ standard }}' as standard,
        {{ provenance() }},
        cast(code as string) as code
    from {{ raw_table(source('raw', standard ~ '_rejects')) }}

),

{% endfor -%}
unioned as (

    {% for standard in statewide_standards() -%}
    select * from {{ standard }}_rejects
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from unioned
