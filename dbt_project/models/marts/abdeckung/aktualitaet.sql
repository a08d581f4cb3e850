-- A view and no file: it depends on today's date, and a file of it would change every day without any news.
{{ config(materialized='view') }}

with

coverage as (

    select * from {{ ref('abdeckung') }}

),

aged as (

    select
        ags,
        standard,
        dataset,
        received_at,
        cast({{ dbt.datediff('received_at', 'current_date', 'day') }} as bigint) as tage_seit_eingang  -- noqa: LT05
    from coverage

)

select * from aged
