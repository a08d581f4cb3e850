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
        cast(anzahl as bigint) as anzahl
    from source

)

select * from typed
