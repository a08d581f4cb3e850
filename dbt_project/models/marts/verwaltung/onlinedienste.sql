-- Written by `allmende standards scaffold onlinedienste` from its standard.toml: change that and write it again.
with

current_rows as (

    {{ rows_without_duplicates('onlinedienste') }}

),

ordered as (

    select
        ags,
        gemeinde,
        kreis,
        regierungsbezirk,
        land,
        einwohner_gemeinde,
        leika_schluessel,
        ozg_id,
        dienst,
        reifegrad,
        lebenslage,
        zielgruppe,
        url,
        behoerde,
        verfuegbar_seit,
        kommune_ags,
        kommune,
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
