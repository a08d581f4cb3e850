with

joined as (

    select * from {{ ref('int_kitas_joined') }}

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
        traeger,
        plaetze,
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
