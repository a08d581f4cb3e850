with

joined as (

    select * from {{ ref('int_baumkataster_joined') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        baum_nr,
        art_botanisch,
        art_deutsch,
        pflanzjahr,
        hoehe_m,
        kronendurchmesser_m,
        stammumfang_cm,
        standort,
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
