-- Every current open version stands in its statewide table and among the duplicates with as many rows as were accepted
-- when it was converted: none lost, none twice. Rejected rows, which wait in the raw zone, likewise.
{{ config(meta={'dagster': {'ref': {'name': 'abdeckung'}}}) }}

with

datasets as (

    select * from {{ ref('abdeckung') }}

),

accepted as (

    {% for standard in statewide_standards() -%}
    select
        dataset,
        version
    from {{ ref(standard) }}
    union all
    {% endfor %}
    select
        dataset,
        version
    from {{ ref('duplicates') }}
),

accepted_counted as (

    select
        dataset,
        version,
        count(*) as found
    from accepted
    group by
        dataset,
        version

),

rejected_counted as (

    select
        dataset,
        version,
        count(*) as found
    from {{ ref('stg_raw__rejects') }}
    group by
        dataset,
        version

),

compared as (

    select
        datasets.dataset,
        datasets.version,
        datasets.rows_accepted,
        coalesce(accepted_counted.found, 0) as accepted_found,
        datasets.rows_rejected,
        coalesce(rejected_counted.found, 0) as rejected_found
    from datasets
    left join accepted_counted
        on
            datasets.dataset = accepted_counted.dataset
            and datasets.version = accepted_counted.version
    left join rejected_counted
        on
            datasets.dataset = rejected_counted.dataset
            and datasets.version = rejected_counted.version

)

select * from compared
where
    rows_accepted <> accepted_found
    or rows_rejected <> rejected_found
