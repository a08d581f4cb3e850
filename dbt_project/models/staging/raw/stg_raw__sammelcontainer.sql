-- Written by `allmende standards scaffold sammelcontainer` from its standard.toml: change that and write it again.
with

source as (

    select * from {{ raw_table(source('raw', 'sammelcontainer')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(standort_nr as string) as standort_nr,
        cast(art as string) as art,
        cast(sorten as string) as sorten,
        cast(anzahl as bigint) as anzahl,
        cast(is_unterflur as boolean) as is_unterflur,
        cast(betreiber as string) as betreiber,
        cast(einwurfzeiten as string) as einwurfzeiten,
        cast(stadtteil as string) as stadtteil,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
