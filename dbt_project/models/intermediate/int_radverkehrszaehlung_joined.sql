with

current_rows as (

    {{ rows_without_duplicates('radverkehrszaehlung') }}

)

select * from current_rows
