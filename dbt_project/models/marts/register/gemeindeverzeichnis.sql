-- Called `gemeinden` in the curated zone; here it cannot be, because the seed it comes from has that name.
{{ config(alias='gemeinden') }}

with

joined as (

    select * from {{ ref('int_gemeinden_joined') }}

),

ordered as (

    select
        ags,
        ars,
        gemeinde,
        art,
        plz,
        flaeche_km2,
        einwohner,
        kreis_ags,
        kreis,
        regierungsbezirk_ags,
        regierungsbezirk,
        land_ags,
        land,
        is_gemeindefrei
    from joined
    order by ags

)

select * from ordered
