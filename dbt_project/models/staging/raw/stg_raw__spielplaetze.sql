with

source as (

    select * from {{ raw_table(source('raw', 'spielplaetze')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(name as string) as name,
        cast(art as string) as art,
        cast(flaeche_m2 as double) as flaeche_m2,
        cast(altersgruppe as string) as altersgruppe,
        cast(ausstattung as string) as ausstattung,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
