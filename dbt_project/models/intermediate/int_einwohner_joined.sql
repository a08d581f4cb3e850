with

current_rows as (

    {{ rows_of_current_versions(ref('stg_raw__einwohner'), ref('int_datasets_joined')) }}

)

select * from current_rows
