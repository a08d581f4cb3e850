with

versions as (

    select * from {{ ref('stg_raw__versions') }}

),

ranked as (

    select
        *,
        row_number() over (partition by dataset, version order by converted_at desc, received_at desc) as age
    from versions

),

newest as (

    select * from ranked
    where age = 1

)

select * from newest
