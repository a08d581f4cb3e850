with

source as (

    select * from {{ raw_table(source('raw', 'kitas')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(name as string) as name,
        cast(traeger as string) as traeger,
        cast(plaetze as bigint) as plaetze,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
