with

source as (

    select * from {{ raw_table(source('raw', 'radverkehrszaehlung')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(zaehlstelle as string) as zaehlstelle,
        cast(richtung as string) as richtung,
        cast(zeitpunkt as timestamp) as zeitpunkt,
        cast(intervall_min as bigint) as intervall_min,
        cast(anzahl as bigint) as anzahl,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
