-- Written by `allmende standards scaffold defibrillatoren` from its standard.toml: change that and write it again.
with

source as (

    select * from {{ raw_table(source('raw', 'defibrillatoren')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(gebaeude as string) as gebaeude,
        cast(stelle as string) as stelle,
        cast(zugangszeiten as string) as zugangszeiten,
        cast(is_aussen as boolean) as is_aussen,
        cast(modell as string) as modell,
        cast(betreiber as string) as betreiber,
        cast(stadtteil as string) as stadtteil,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
