-- Written by `allmende standards scaffold defibrillatoren` from its standard.toml: change that and write it again.
with

current_rows as (

    {{ rows_without_duplicates('defibrillatoren') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        gebaeude,
        stelle,
        zugangszeiten,
        is_aussen,
        modell,
        betreiber,
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
