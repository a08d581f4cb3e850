-- Written by `allmende standards scaffold naturdenkmale` from its standard.toml: change that and write it again.
with

source as (

    select * from {{ raw_table(source('raw', 'naturdenkmale')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(nummer as string) as nummer,
        cast(name as string) as name,
        cast(art as string) as art,
        cast(anzahl as bigint) as anzahl,
        cast(schutzgrund as string) as schutzgrund,
        cast(geschuetzt_seit as integer) as geschuetzt_seit,
        cast(stadtteil as string) as stadtteil,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
