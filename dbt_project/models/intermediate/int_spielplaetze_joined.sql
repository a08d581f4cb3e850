with

current_rows as (

    {{ rows_without_duplicates('spielplaetze') }}

)

select * from current_rows
