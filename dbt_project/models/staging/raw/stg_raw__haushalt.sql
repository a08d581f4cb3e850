with

source as (

    select * from {{ raw_table(source('raw', 'haushalt')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(jahr as integer) as jahr,
        cast(stand as string) as stand,
        cast(produkt as string) as produkt,
        cast(produkt_bezeichnung as string) as produkt_bezeichnung,
        cast(konto as string) as konto,
        cast(konto_bezeichnung as string) as konto_bezeichnung,
        cast(art as string) as art,
        cast(betrag_eur as double) as betrag_eur,
        cast(haushaltsart as string) as haushaltsart
    from source

)

select * from typed
