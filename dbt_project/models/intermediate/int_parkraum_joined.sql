with

current_rows as (

    {{ rows_without_duplicates('parkraum') }}

)

select * from current_rows
