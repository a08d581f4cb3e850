with

datasets as (

    select * from {{ ref('int_datasets_joined') }}

),

versions as (

    select * from {{ ref('int_versions_deduplicated') }}

),

reached as (

    select
        datasets.standard,
        datasets.ags,
        datasets.dataset,
        versions.received_at,
        coalesce(versions.stand, cast(versions.received_at as date)) as stand,
        case
            when datasets.ags like '__000000' then 2
            when datasets.ags like '___00000' then 3
            when datasets.ags like '_____000' then 5
            else 8
        end as digits
    from datasets
    left join versions
        on
            datasets.dataset = versions.dataset
            and datasets.version = versions.version

),

ranked as (

    select
        *,
        row_number() over (
            partition by standard
            order by digits desc, stand desc nulls last, received_at desc nulls last, dataset asc
        ) as place
    from reached

),

paired as (

    select
        gone.standard,
        gone.dataset,
        kept.dataset as kept_dataset,
        case
            when gone.digits <> kept.digits then 'naeher'
            when gone.stand < kept.stand or (gone.stand is null and kept.stand is not null) then 'neuer'
            when gone.received_at < kept.received_at then 'spaeter'
            else 'name'
        end as vorrang
    from ranked as gone
    inner join ranked as kept
        on
            gone.standard = kept.standard
            and substr(gone.ags, 1, 2) = substr(kept.ags, 1, 2)
    where
        kept.place < gone.place
        and (
            gone.ags = kept.ags
            or (gone.digits < kept.digits and substr(gone.ags, 1, gone.digits) = substr(kept.ags, 1, gone.digits))
        )

)

select * from paired
