-- Written by `allmende standards scaffold onlinedienste` from its standard.toml: change that and write it again.
with

source as (

    select * from {{ raw_table(source('raw', 'onlinedienste')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(leika_schluessel as string) as leika_schluessel,
        cast(ozg_id as string) as ozg_id,
        cast(dienst as string) as dienst,
        cast(reifegrad as bigint) as reifegrad,
        cast(lebenslage as string) as lebenslage,
        cast(zielgruppe as string) as zielgruppe,
        cast(url as string) as url,
        cast(behoerde as string) as behoerde,
        cast(verfuegbar_seit as date) as verfuegbar_seit,
        cast(kommune_ags as string) as kommune_ags,
        cast(kommune as string) as kommune
    from source

)

select * from typed
