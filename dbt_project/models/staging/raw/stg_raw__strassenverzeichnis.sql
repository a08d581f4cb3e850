-- Written by `allmende standards scaffold strassenverzeichnis` from its standard.toml: change that and write it again.
with

source as (

    select * from {{ raw_table(source('raw', 'strassenverzeichnis')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(schluessel as string) as schluessel,
        cast(name as string) as name,
        cast(stadtteil_nr as string) as stadtteil_nr,
        cast(stadtteil as string) as stadtteil,
        cast(plz as string) as plz,
        cast(ungerade_von as string) as ungerade_von,
        cast(ungerade_bis as string) as ungerade_bis,
        cast(gerade_von as string) as gerade_von,
        cast(gerade_bis as string) as gerade_bis,
        cast(benannt_am as date) as benannt_am,
        cast(namensherkunft as string) as namensherkunft
    from source

)

select * from typed
