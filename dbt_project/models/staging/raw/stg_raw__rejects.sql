with

{% for standard in var('standards') -%}
{{ standard }}_rejects as (

    select
        '{{ standard }}' as standard,
        {{ provenance() }},
        cast(code as string) as code
    from {{ raw_table(source('raw', standard ~ '_rejects')) }}

),

{% endfor -%}
unioned as (

    {% for standard in var('standards') -%}
    select * from {{ standard }}_rejects
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from unioned
