with

joined as (

    select * from {{ ref('int_einwohner_joined') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        jahr,
        stichtag,
        merkmal,
        anzahl,
        dataset,
        version,
        row
    from joined
    order by
        ags,
        dataset,
        row,
        jahr,
        stichtag,
        merkmal

)

select * from ordered
