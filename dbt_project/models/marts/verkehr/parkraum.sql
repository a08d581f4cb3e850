with

joined as (

    select * from {{ ref('int_parkraum_joined') }}

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
        kapazitaet,
        kapazitaet_behindert,
        frei,
        zeitpunkt,
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
        row,
        zeitpunkt

)

select * from ordered
