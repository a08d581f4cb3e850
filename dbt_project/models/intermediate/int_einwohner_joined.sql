with

current_rows as (

    {{ rows_without_duplicates('einwohner') }}

)

select * from current_rows
