# ruff: noqa: E501  the map of a room is read in rows
"""What municipal data should look like, and the engine that brings it there. Pure: no I/O but loading the standards.

| module | answers |
|---|---|
| `<name>/standard.toml` | one standard: fields, units, synonyms, codelists, rules; data, no Python |
| `definition`, `fields`, `row_rules`, `wide_rules`, `registry` | the shape of a `standard.toml` and its parts; loading and validating all of them |
| `rules` | the shape of a standard's privacy and plausibility rules |
| `model` | the values that cross the border: `Table` in, `Judgement` out |
| `engine`, `ranking` | `judge`, `judge_many`, `match`; `rank`: which standard a table belongs to |
| `headers`, `compounds`, `naming`, `content`, `samples`, `matching`, `matching_state`, `split`, `places_matching`, `mapping` | which column is which field |
| `sourcing`, `context` | where a field comes from that has no column of its own |
| `wide`, `wide_headers`, `wide_sums` | columns that are one value under several headers |
| `numbers`, `moments`, `words`, `place_texts`, `places`, `systems`, `angles`, `distance`, `species`, `municipalities` | text to numbers, dates, codes, coordinates, names, keys |
| `joins`, `separators`, `sizes`, `ranges` | what `convert` decides over several columns or a whole one |
| `work`, `distinct` | one pass in the making; columns by their different values |
| `convert`, `rows`, `privacy`, `faults`, `repairs`, `messages` | one pass over all rows; what is wrong with which |
| `sums`, `totals`, `nested`, `doubles` | rows that are sums of others; rows and keys that come twice |
| `figures` | rows that say a figure of all rows of their area |
| `positions`, `derived`, `steps`, `keys_of_places` | fields made of position columns, that follow from others, from the steps between moments, from names of places |
| `tableschema` | a standard as Frictionless Table Schema |
| `writing`, `templates` | the corrected file, the rejects file, the template for a clerk |
"""
