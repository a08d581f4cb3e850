with

joined as (

    select * from {{ ref('int_haushalt_joined') }}

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
        stand,
        produkt,
        produkt_bezeichnung,
        konto,
        konto_bezeichnung,
        art,
        betrag_eur,
        haushaltsart,
        dataset,
        version,
        row
    from joined
    order by
        ags,
        dataset,
        row,
        jahr,
        stand,
        produkt,
        konto,
        art

)

select * from ordered
