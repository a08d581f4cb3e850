with

source as (

    select * from {{ raw_table(source('raw', 'pointers')) }}

),

typed as (

    select
        cast(_ags as string) as ags,
        cast(_dataset as string) as dataset,
        cast(_version as string) as version,
        cast(standard as string) as standard,
        cast(classification as string) as classification,
        cast(moved_at as timestamp) as moved_at,
        cast(seq as bigint) as seq
    from source

)

select * from typed
