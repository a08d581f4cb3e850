with

source as (

    select * from {{ raw_table(source('raw', 'baumkataster')) }}

),

typed as (

    select
        {{ provenance() }},
        cast(baum_nr as string) as baum_nr,
        cast(art_botanisch as string) as art_botanisch,
        cast(art_deutsch as string) as art_deutsch,
        cast(pflanzjahr as integer) as pflanzjahr,
        cast(hoehe_m as double) as hoehe_m,
        cast(kronendurchmesser_m as double) as kronendurchmesser_m,
        cast(stammumfang_cm as double) as stammumfang_cm,
        cast(standort as string) as standort,
        cast(lat as double) as lat,
        cast(lon as double) as lon
    from source

)

select * from typed
