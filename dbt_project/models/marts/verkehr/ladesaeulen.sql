-- Written by `allmende standards scaffold ladesaeulen` from its standard.toml: change that and write it again.
with

current_rows as (

    {{ rows_without_duplicates('ladesaeulen') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        ladeeinrichtung_id,
        name,
        betreiber,
        art,
        anzahl_ladepunkte,
        leistung_kw,
        steckertypen,
        inbetriebnahme,
        oeffnungszeiten,
        bezahlsysteme,
        adresse,
        lat,
        lon,
        dataset,
        version,
        row
    from current_rows
    order by
        ags,
        dataset,
        row

)

select * from ordered
