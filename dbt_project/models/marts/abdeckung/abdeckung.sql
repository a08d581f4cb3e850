with

datasets as (

    select * from {{ ref('int_datasets_joined') }}

),

versions as (

    select * from {{ ref('int_versions_deduplicated') }}

),

joined as (

    select
        datasets.ags,
        datasets.gemeinde,
        datasets.kreis,
        datasets.regierungsbezirk,
        datasets.land,
        datasets.einwohner_gemeinde,
        datasets.standard,
        datasets.dataset,
        datasets.version,
        versions.stand,
        versions.received_at,
        versions.source_kind,
        versions.rows_total,
        versions.rows_accepted,
        versions.rows_rejected,
        cast(versions.rows_rejected as double) / nullif(versions.rows_total, 0) as rejected_share,
        versions.is_invented
    from datasets
    left join versions
        on
            datasets.dataset = versions.dataset
            and datasets.version = versions.version
    order by
        datasets.ags,
        datasets.standard,
        datasets.dataset

)

select * from joined
