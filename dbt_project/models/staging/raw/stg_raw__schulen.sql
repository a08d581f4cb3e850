-- Written by `allmende standards scaffold schulen` from its standard.toml: change that and write it again.
with

source as (

    select * from {{ raw_table(source('raw', 'schulen')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(schul_nr as string) as schul_nr,
        cast(name as string) as name,
        cast(schulart as string) as schulart,
        cast(traeger as string) as traeger,
        cast(rechtsform as string) as rechtsform,
        cast(schuelerzahl as bigint) as schuelerzahl,
        cast(klassen as bigint) as klassen,
        cast(schuljahr as string) as schuljahr,
        cast(url as string) as url,
        cast(adresse as string) as adresse,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
