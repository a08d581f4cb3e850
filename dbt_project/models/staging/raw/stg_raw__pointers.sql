with

source as (

    select * from {{ raw_table(source('raw', 'pointers')) }}

),

typed as (

    select
        cast(_ags as string) as ags,
        cast(_dataset as string) as dataset,
        cast(_version as string) as version,
        cast(standard as string) as standard,
        cast(classification as string) as classification,
        cast(moved_at as timestamp) as moved_at,
        cast(seq as bigint) as seq
    from source

),

until as (

    select * from typed
    {%- if env_var('ALLMENDE_AS_OF', '') %}
    where moved_at <= cast('{{ env_var("ALLMENDE_AS_OF") }}' as timestamp)
    {%- endif %}

)

select * from until
