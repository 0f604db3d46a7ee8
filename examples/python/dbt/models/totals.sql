{{ config(materialized='view') }}
select sum(id) as total from range(10)
