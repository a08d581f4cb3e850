-- Written by `allmende standards scaffold sportstaetten` from its standard.toml: change that and write it again.
with

current_rows as (

    {{ rows_without_duplicates('sportstaetten') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        name,
        art,
        sportarten,
        feld,
        belag,
        masse,
        flaeche_m2,
        has_beleuchtung,
        is_barrierefrei,
        traeger,
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
