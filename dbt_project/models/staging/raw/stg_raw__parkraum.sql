with

source as (

    select * from {{ raw_table(source('raw', 'parkraum')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(name as string) as name,
        cast(art as string) as art,
        cast(kapazitaet as bigint) as kapazitaet,
        cast(kapazitaet_behindert as bigint) as kapazitaet_behindert,
        cast(frei as bigint) as frei,
        cast(zeitpunkt as timestamp) as zeitpunkt,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
