with

joined as (

    select * from {{ ref('int_spielplaetze_joined') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        name,
        art,
        flaeche_m2,
        altersgruppe,
        ausstattung,
        adresse,
        lat,
        lon,
        dataset,
        version,
        row
    from joined
    order by
        ags,
        dataset,
        row

)

select * from ordered
