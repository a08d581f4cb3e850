{#-
    The rows of a standard that say again what another row says, with the row that stays. Three steps:

    1. rows that stand twice in one file, alike in every field (standards of things that exist once: `once`);
    2. rows of two datasets that `int_dataset_pairs` sets beside each other: alike in every field, or of one key, for
       places within `near_m` metres;
    3. a row goes only if a row that itself stays is the same thing: what is kept stands in the statewide table.
-#}
{% macro duplicates_of(standard) -%}
    {%- set rule = duplicate_rule(standard) -%}
    {%- set rows = '(' ~ rows_of_current_versions(standard) ~ ')' -%}
    {%- set has_places = 'lat' in rule.fields and 'lon' in rule.fields -%}

    with

    {{ standard }}_twice as (
        {% if rule.once -%}
        {{ twice_in_one_file(rule, rows) }}
        {%- else -%}
        {{ no_row_twice() }}
        {%- endif %}
    ),

    {{ standard }}_paired as (
        select
            rows.ags,
            rows.dataset,
            rows.version,
            rows.row,
            {% for field in rule.fields -%}
            rows.{{ field }},
            {% endfor -%}
            {{ key_text(rule, 'rows') }} as schluessel,
            case
                when {{ key_is_whole(rule, 'rows') }} then {{ folded(key_text(rule, 'rows')) }}
                else {{ content_text(rule, 'rows') }}
            end as likeness
        from {{ rows }} as rows
        left join {{ standard }}_twice as twice
            on
                rows.dataset = twice.dataset
                and rows.row = twice.row
                and {{ key_text(rule, 'rows') }} = twice.schluessel
        where
            twice.dataset is null
            and rows.dataset in (
                select dataset from {{ ref('int_dataset_pairs') }}
                where standard = '{{ standard }}'
                union all
                select kept_dataset from {{ ref('int_dataset_pairs') }}
                where standard = '{{ standard }}'
            )
    ),

    {{ standard }}_matches as (
        select
            lower_row.ags,
            lower_row.dataset,
            lower_row.version,
            lower_row.row,
            lower_row.schluessel,
            kept.ags as kept_ags,
            kept.dataset as kept_dataset,
            kept.version as kept_version,
            kept.row as kept_row,
            kept.schluessel as kept_schluessel,
            pairs.vorrang,
            {{ metres_between('lower_row', 'kept') if has_places else 'cast(null as double)' }} as abstand_m,
            {{ differences(rule, 'lower_row', 'kept') }} as abweichungen
        from {{ ref('int_dataset_pairs') }} as pairs
        inner join {{ standard }}_paired as lower_row on pairs.dataset = lower_row.dataset
        inner join {{ standard }}_paired as kept
            on
                pairs.kept_dataset = kept.dataset
                and lower_row.likeness = kept.likeness
        where
            pairs.standard = '{{ standard }}'
            and (
                {{ differences(rule, 'lower_row', 'kept') }} = ''
                {% if rule.near_m and has_places -%}
                or {{ metres_between('lower_row', 'kept') }} <= {{ rule.near_m }}
                {% if rule.address -%}
                or (
                    (lower_row.lat is null or kept.lat is null)
                    and {{ folded('lower_row.' ~ rule.address) }} = {{ folded('kept.' ~ rule.address) }}
                )
                {%- endif %}
                {%- elif rule.key -%}
                or {{ key_is_whole(rule, 'lower_row') }}
                {%- endif %}
            )
    ),

    {{ standard }}_nearest as (
        select
            matches.*,
            row_number() over (
                partition by matches.dataset, matches.row, matches.schluessel
                order by
                    matches.abweichungen = '' desc,
                    matches.abstand_m asc nulls last,
                    matches.kept_dataset,
                    matches.kept_row,
                    matches.kept_schluessel
            ) as place
        from {{ standard }}_matches as matches
        left join (select distinct dataset, row, schluessel from {{ standard }}_matches) as goes
            on
                matches.kept_dataset = goes.dataset
                and matches.kept_row = goes.row
                and matches.kept_schluessel = goes.schluessel
        where goes.dataset is null
    )

    select
        '{{ standard }}' as standard,
        twice.ags,
        twice.dataset,
        twice.version,
        twice.row,
        twice.schluessel,
        'zweimal-in-der-datei' as regel,
        'erste' as vorrang,
        coalesce(nearest.kept_ags, twice.ags) as kept_ags,
        coalesce(nearest.kept_dataset, twice.dataset) as kept_dataset,
        coalesce(nearest.kept_version, twice.version) as kept_version,
        coalesce(nearest.kept_row, twice.kept_row) as kept_row,
        cast(null as double) as abstand_m,
        '' as abweichungen
    from {{ standard }}_twice as twice
    left join {{ standard }}_nearest as nearest
        on
            twice.dataset = nearest.dataset
            and twice.kept_row = nearest.row
            and twice.schluessel = nearest.schluessel
            and nearest.place = 1
    union all
    select
        '{{ standard }}' as standard,
        ags,
        dataset,
        version,
        row,
        schluessel,
        case
            when abweichungen = '' then 'gleiche-zeile'
            else '{{ "gleicher-schluessel-nahebei" if rule.near_m else "gleicher-schluessel" }}'
        end as regel,
        vorrang,
        kept_ags,
        kept_dataset,
        kept_version,
        kept_row,
        abstand_m,
        abweichungen
    from {{ standard }}_nearest
    where place = 1
{%- endmacro %}

{#- Rows that stand in one file before, alike in every field; only where the whole key is filled. -#}
{% macro twice_in_one_file(rule, rows) -%}
        select
            ags,
            dataset,
            version,
            row,
            schluessel,
            kept_row
        from (
            select
                rows.ags,
                rows.dataset,
                rows.version,
                rows.row,
                {{ key_text(rule, 'rows') }} as schluessel,
                min(rows.row) over (
                    partition by rows.dataset, {{ content_text(rule, 'rows') }}
                ) as kept_row
            from {{ rows }} as rows
            inner join (
                select
                    counted.dataset,
                    {{ key_text(rule, 'counted') }} as schluessel
                from {{ rows }} as counted
                where {{ key_is_whole(rule, 'counted') }}
                group by 1, 2
                having count(*) > 1
            ) as several
                on
                    rows.dataset = several.dataset
                    and {{ key_text(rule, 'rows') }} = several.schluessel
        ) as numbered
        where row > kept_row
{%- endmacro %}

{#- The same shape without a row. -#}
{% macro no_row_twice() -%}
        select
            ags,
            dataset,
            version,
            cast(0 as bigint) as row,
            '' as schluessel,
            cast(0 as bigint) as kept_row
        from {{ ref('int_datasets_joined') }}
        where false
{%- endmacro %}

{#- In words, in which fields a row differs from the one that stays: `plaetze: 50 statt 48`. -#}
{% macro differences(rule, row, kept) -%}
    {%- if not rule.fields -%}{{ return("''") }}{%- endif -%}
    concat_ws(
        '; '
        {%- for field in rule.fields %},
        case
            when {{ row }}.{{ field }} is distinct from {{ kept }}.{{ field }}
                then concat(
                    '{{ field }}: ', coalesce(cast({{ row }}.{{ field }} as string), 'leer'),
                    ' statt ', coalesce(cast({{ kept }}.{{ field }} as string), 'leer')
                )
        end
        {%- endfor %}
    )
{%- endmacro %}
