-- Written by `allmende standards scaffold sammelcontainer` from its standard.toml: change that and write it again.
with

current_rows as (

    {{ rows_without_duplicates('sammelcontainer') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        standort_nr,
        art,
        sorten,
        anzahl,
        is_unterflur,
        betreiber,
        einwurfzeiten,
        stadtteil,
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
