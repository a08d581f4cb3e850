-- Written by `allmende standards scaffold schulen` from its standard.toml: change that and write it again.
with

current_rows as (

    {{ rows_without_duplicates('schulen') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        schul_nr,
        name,
        schulart,
        traeger,
        rechtsform,
        schuelerzahl,
        klassen,
        schuljahr,
        url,
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
