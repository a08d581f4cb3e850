with

joined as (

    select * from {{ ref('int_radverkehrszaehlung_joined') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        zaehlstelle,
        richtung,
        zeitpunkt,
        intervall_min,
        anzahl,
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
        zaehlstelle,
        richtung,
        zeitpunkt

)

select * from ordered
