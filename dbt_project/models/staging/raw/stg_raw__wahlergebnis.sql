with

source as (

    select * from {{ raw_table(source('raw', 'wahlergebnis')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(wahl as string) as wahl,
        cast(datum as date) as datum,
        cast(gebiet_nr as string) as gebiet_nr,
        cast(gebiet_name as string) as gebiet_name,
        cast(wahlberechtigte as bigint) as wahlberechtigte,
        cast(waehler as bigint) as waehler,
        cast(gueltige as bigint) as gueltige,
        cast(ungueltige as bigint) as ungueltige,
        cast(stimme as string) as stimme,
        cast(liste_nr as string) as liste_nr,
        cast(partei as string) as partei,
        cast(stimmen as bigint) as stimmen,
        cast(gebietsart as string) as gebietsart
    from source

)

select * from typed
