with

joined as (

    select * from {{ ref('int_wahlergebnis_joined') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        wahl,
        datum,
        gebiet_nr,
        gebiet_name,
        wahlberechtigte,
        waehler,
        gueltige,
        ungueltige,
        stimme,
        liste_nr,
        partei,
        stimmen,
        gebietsart,
        dataset,
        version,
        row
    from joined
    order by
        ags,
        dataset,
        row,
        stimme,
        liste_nr,
        partei

)

select * from ordered
