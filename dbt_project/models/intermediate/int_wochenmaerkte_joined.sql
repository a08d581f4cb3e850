with

current_rows as (

    {{ rows_without_duplicates('wochenmaerkte') }}

)

select * from current_rows
