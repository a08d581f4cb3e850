-- Written by `allmende standards scaffold sportstaetten` from its standard.toml: change that and write it again.
with

source as (

    select * from {{ raw_table(source('raw', 'sportstaetten')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(name as string) as name,
        cast(art as string) as art,
        cast(sportarten as string) as sportarten,
        cast(feld as string) as feld,
        cast(belag as string) as belag,
        cast(masse as string) as masse,
        cast(flaeche_m2 as double) as flaeche_m2,
        cast(has_beleuchtung as boolean) as has_beleuchtung,
        cast(is_barrierefrei as boolean) as is_barrierefrei,
        cast(traeger as string) as traeger,
        cast(stadtteil as string) as stadtteil,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
