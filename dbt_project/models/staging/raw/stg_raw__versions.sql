with

source as (

    select * from {{ raw_table(source('raw', 'versions')) }}

),

typed as (

    select
        cast(_ags as string) as ags,
        cast(_dataset as string) as dataset,
        cast(_version as string) as version,
        cast(standard as string) as standard,
        cast(standard_version as string) as standard_version,
        cast(classification as string) as classification,
        cast(status as string) as status,
        cast(source_kind as string) as source_kind,
        cast(received_at as timestamp) as received_at,
        cast(converted_at as timestamp) as converted_at,
        cast(rows_total as bigint) as rows_total,
        cast(rows_accepted as bigint) as rows_accepted,
        cast(rows_rejected as bigint) as rows_rejected,
        coalesce(cast(is_invented as boolean), false) as is_invented,
        cast(stand as date) as stand
    from source

)

select * from typed
