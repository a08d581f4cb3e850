with

found as (

    select * from {{ ref('int_duplicates') }}

),

explained as (

    select
        standard,
        ags,
        dataset,
        version,
        row,
        schluessel,
        regel,
        concat(
            case regel
                when 'zweimal-in-der-datei'
                    then 'Die Zeile steht in derselben Datei schon einmal, in allen Feldern gleich (Zeile '
                when 'gleiche-zeile'
                    then concat('Dieselbe Zeile steht in allen Feldern gleich auch in „', kept_dataset, '“ (Zeile ')
                when 'gleicher-schluessel-nahebei'
                    then concat(
                        'Derselbe Name oder dieselbe Nummer (', schluessel, ') steht ',
                        case
                            when abstand_m is null then 'mit derselben Adresse'
                            else concat(cast(cast(round(abstand_m) as bigint) as string), ' m entfernt')
                        end,
                        ' auch in „', kept_dataset, '“ (Zeile '
                    )
                else concat('Derselbe Schlüssel (', schluessel, ') steht auch in „', kept_dataset, '“ (Zeile ')
            end,
            cast(kept_row as string), '). ',
            case vorrang
                when 'erste' then 'Behalten wird die erste.'
                when 'naeher'
                    then 'Behalten wird die Angabe der Gemeinde: Sie ist näher daran als der Landkreis oder das Land.'
                when 'neuer' then 'Behalten wird die Angabe mit dem neueren Stand.'
                when 'spaeter' then 'Behalten wird die später abgegebene.'
                else 'Beide gingen zugleich ein; behalten wird die nach dem Namen des Datensatzes erste.'
            end
        ) as grund,
        kept_ags,
        kept_dataset,
        kept_version,
        kept_row,
        round(abstand_m, 1) as abstand_m,
        nullif(abweichungen, '') as abweichungen
    from found
    order by
        standard,
        ags,
        dataset,
        row,
        schluessel

)

select * from explained
