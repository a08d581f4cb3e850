with

current_rows as (

    {{ rows_without_duplicates('baumkataster') }}

)

select * from current_rows
