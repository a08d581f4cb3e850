-- The register is whole: Bavaria's Gemeinden and people as the Destatis edition of 30.11.2023 counts them.
select
    count(*) as gemeinden,
    sum(einwohner) as einwohner
from {{ ref('gemeinden') }}
where
    land_ags = '09'
    and not is_gemeindefrei
having
    count(*) <> 2056
    or sum(einwohner) <> 13369393
