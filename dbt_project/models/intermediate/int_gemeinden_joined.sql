with

gemeinden as (

    select * from {{ ref('gemeinden') }}

),

kreise as (

    select
        ags,
        -- A Landkreis and a town may share a name; only the kind tells them apart.
        case
            when art in ('Landkreis', 'Kreis') and lower(name) not like '%kreis%' and lower(name) not like '%region%'
                then concat(art, ' ', name)
            else name
        end as name
    from {{ ref('kreise') }}

),

regierungsbezirke as (

    select * from {{ ref('regierungsbezirke') }}

),

laender as (

    select * from {{ ref('laender') }}

),

joined as (

    select
        gemeinden.ags,
        gemeinden.ars,
        gemeinden.name as gemeinde,
        gemeinden.art,
        gemeinden.plz,
        gemeinden.flaeche_km2,
        gemeinden.einwohner,
        gemeinden.kreis_ags,
        kreise.name as kreis,
        gemeinden.regierungsbezirk_ags,
        regierungsbezirke.name as regierungsbezirk,
        gemeinden.land_ags,
        laender.name as land,
        gemeinden.is_gemeindefrei
    from gemeinden
    left join kreise on gemeinden.kreis_ags = kreise.ags
    left join regierungsbezirke on gemeinden.regierungsbezirk_ags = regierungsbezirke.ags
    left join laender on gemeinden.land_ags = laender.ags

)

select * from joined
