-- Written by `allmende standards scaffold ladesaeulen` from its standard.toml: change that and write it again.
with

source as (

    select * from {{ raw_table(source('raw', 'ladesaeulen')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(ladeeinrichtung_id as string) as ladeeinrichtung_id,
        cast(name as string) as name,
        cast(betreiber as string) as betreiber,
        cast(art as string) as art,
        cast(anzahl_ladepunkte as bigint) as anzahl_ladepunkte,
        cast(leistung_kw as double) as leistung_kw,
        cast(steckertypen as string) as steckertypen,
        cast(inbetriebnahme as date) as inbetriebnahme,
        cast(oeffnungszeiten as string) as oeffnungszeiten,
        cast(bezahlsysteme as string) as bezahlsysteme,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
