with

current_rows as (

    {{ rows_without_duplicates('haushalt') }}

)

select * from current_rows
