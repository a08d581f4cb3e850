with

source as (

    select * from {{ raw_table(source('raw', 'wochenmaerkte')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(name as string) as name,
        cast(oeffnungszeiten as string) as oeffnungszeiten,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
