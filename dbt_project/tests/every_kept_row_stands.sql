-- What a duplicate was left out for stands in the statewide table itself.
{{ config(meta={'dagster': {'ref': {'name': 'duplicates'}}}) }}

with

duplicates as (

    select * from {{ ref('duplicates') }}

),

missing as (

    {% for standard in statewide_standards() -%}
    select duplicates.*
    from duplicates
    left join {{ ref(standard) }} as standing
        on
            duplicates.kept_dataset = standing.dataset
            and duplicates.kept_version = standing.version
            and duplicates.kept_row = standing.row
    where
        duplicates.standard = '{{ standard }}'
        and standing.dataset is null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from missing
