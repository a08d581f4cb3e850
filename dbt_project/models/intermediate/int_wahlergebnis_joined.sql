with

current_rows as (

    {{ rows_without_duplicates('wahlergebnis') }}

)

select * from current_rows
