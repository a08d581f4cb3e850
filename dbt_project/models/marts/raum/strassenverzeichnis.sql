-- Written by `allmende standards scaffold strassenverzeichnis` from its standard.toml: change that and write it again.
with

current_rows as (

    {{ rows_without_duplicates('strassenverzeichnis') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        schluessel,
        name,
        stadtteil_nr,
        stadtteil,
        plz,
        ungerade_von,
        ungerade_bis,
        gerade_von,
        gerade_bis,
        benannt_am,
        namensherkunft,
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
