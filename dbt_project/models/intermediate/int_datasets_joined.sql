with

datasets as (

    select * from {{ ref('int_datasets_current') }}

),

gemeinden as (

    select * from {{ ref('int_gemeinden_joined') }}

),

kreise as (

    -- A Landkreis publishes under its five digits and three zeros.
    select distinct
        concat(kreis_ags, '000') as ags,
        kreis,
        regierungsbezirk,
        land
    from gemeinden
    where kreis_ags is not null

),

joined as (

    select
        datasets.*,
        gemeinden.gemeinde,
        coalesce(gemeinden.kreis, kreise.kreis) as kreis,
        coalesce(gemeinden.regierungsbezirk, kreise.regierungsbezirk) as regierungsbezirk,
        coalesce(gemeinden.land, kreise.land) as land,
        gemeinden.einwohner as einwohner_gemeinde,
        gemeinden.is_gemeindefrei
    from datasets
    left join gemeinden on datasets.ags = gemeinden.ags
    left join kreise on datasets.ags = kreise.ags

)

select * from joined
