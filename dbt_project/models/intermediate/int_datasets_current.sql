with

pointers as (

    select * from {{ ref('stg_raw__pointers') }}

),

ranked as (

    select
        *,
        row_number() over (partition by dataset order by seq desc, moved_at desc) as age
    from pointers

),

current_open as (

    select
        ags,
        dataset,
        version,
        standard,
        moved_at
    from ranked
    where
        age = 1
        and version is not null
        and classification = 'open'

)

select * from current_open
