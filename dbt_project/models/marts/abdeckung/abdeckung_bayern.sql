with

coverage as (

    select * from {{ ref('abdeckung') }}

),

gemeinden as (

    select * from {{ ref('gemeindeverzeichnis') }}
    where
        land_ags = '{{ env_var("ALLMENDE_SCOPE_LAND", "09") }}'
        and not is_gemeindefrei

),

totals as (

    select
        count(*) as gemeinden_gesamt,
        sum(einwohner) as einwohner_gesamt
    from gemeinden

),

standards as (

    {% for standard in statewide_standards() -%}
    select '{{ standard }}' as standard
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

datasets as (

    select
        coverage.standard,
        coverage.ags,
        gemeinden.einwohner,
        count(*) as datensaetze,
        sum(coverage.rows_accepted) as rows_accepted,
        sum(coverage.rows_rejected) as rows_rejected,
        max(coverage.received_at) as received_at
    from coverage
    inner join gemeinden on coverage.ags = gemeinden.ags
    group by
        coverage.standard,
        coverage.ags,
        gemeinden.einwohner

),

counted as (

    select
        standard,
        count(*) as gemeinden_mit_daten,
        sum(einwohner) as einwohner_mit_daten,
        sum(datensaetze) as datensaetze,
        sum(rows_accepted) as rows_accepted,
        sum(rows_rejected) as rows_rejected,
        max(received_at) as received_at
    from datasets
    group by standard

),

summarised as (

    select
        standards.standard,
        totals.gemeinden_gesamt,
        coalesce(counted.gemeinden_mit_daten, 0) as gemeinden_mit_daten,
        cast(coalesce(counted.gemeinden_mit_daten, 0) as double)
        / nullif(totals.gemeinden_gesamt, 0) as gemeinden_share,
        cast(coalesce(counted.einwohner_mit_daten, 0) as double)
        / nullif(totals.einwohner_gesamt, 0) as einwohner_share,
        cast(coalesce(counted.datensaetze, 0) as bigint) as datensaetze,
        cast(coalesce(counted.rows_accepted, 0) as bigint) as rows_accepted,
        cast(coalesce(counted.rows_rejected, 0) as bigint) as rows_rejected,
        counted.received_at
    from standards
    cross join totals
    left join counted on standards.standard = counted.standard
    order by standards.standard

)

select * from summarised
