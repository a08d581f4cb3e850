with

current_rows as (

    {{ rows_without_duplicates('kitas') }}

)

select * from current_rows
