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
        gebiet_nr,
        gebiet_name,
        geschlecht,
        altersgruppe,
        nationalitaet,
        familienstand,
        erhebungsart,
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
