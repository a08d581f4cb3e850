-- Written by `allmende standards scaffold naturdenkmale` from its standard.toml: change that and write it again.
with

current_rows as (

    {{ rows_without_duplicates('naturdenkmale') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        nummer,
        name,
        art,
        anzahl,
        schutzgrund,
        geschuetzt_seit,
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
