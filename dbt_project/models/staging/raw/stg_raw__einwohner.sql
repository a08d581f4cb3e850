with

source as (

    select * from {{ raw_table(source('raw', 'einwohner')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(jahr as integer) as jahr,
        cast(stichtag as date) as stichtag,
        cast(merkmal as string) as merkmal,
        cast(anzahl as bigint) as anzahl,
        cast(gebiet_nr as string) as gebiet_nr,
        cast(gebiet_name as string) as gebiet_name,
        cast(geschlecht as string) as geschlecht,
        cast(altersgruppe as string) as altersgruppe,
        cast(nationalitaet as string) as nationalitaet,
        cast(familienstand as string) as familienstand,
        cast(erhebungsart as string) as erhebungsart
    from source

)

select * from typed
