with

datasets as (

    select * from {{ ref('int_datasets_current') }}

),

gemeinden as (

    select * from {{ ref('int_gemeinden_joined') }}

),

joined as (

    select
        datasets.*,
        gemeinden.gemeinde,
        gemeinden.kreis,
        gemeinden.regierungsbezirk,
        gemeinden.land,
        gemeinden.einwohner as einwohner_gemeinde,
        gemeinden.is_gemeindefrei
    from datasets
    left join gemeinden on datasets.ags = gemeinden.ags

)

select * from joined
