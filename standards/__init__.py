# ruff: noqa: E501  the map of a room is read in rows
"""What municipal data should look like, and the engine that brings it there. Pure: no I/O but loading the standards.

| module | answers |
|---|---|
| `<name>/standard.toml` | one standard: fields, units, synonyms, codelists, rules; data, no Python |
| `definition`, `fields`, `row_rules`, `wide_rules`, `registry` | the shape of a `standard.toml` and its parts; loading and validating all of them |
| `rules` | the shape of a standard's privacy and plausibility rules |
| `model` | the values that cross the border: `Table` in, `Judgement` out |
| `engine`, `ranking` | `judge`, `judge_many`, `match`; `rank`: which standard a table belongs to |
| `streaming`, `overall`, `repeats` | a table of any length, judged part by part in bounded memory |
| `headers`, `compounds`, `naming`, `content`, `samples`, `matching`, `matching_state`, `split`, `places_matching`, `neighbours`, `mapping` | which column is which field |
| `sourcing`, `context`, `same` | where a field comes from that has no column of its own |
| `records`, `sections` | cells that hold lists of records, rows that are titles of rows below: unfolded first |
| `wide`, `wide_search`, `wide_headers`, `wide_sums`, `wide_left_out` | columns that are one value under several headers |
| `numbers`, `moments`, `quarters`, `words`, `place_texts`, `places`, `systems`, `angles`, `distance`, `species`, `municipalities` | text to numbers, dates, codes, coordinates, names, keys |
| `joins`, `separators`, `sizes`, `ranges` | what `convert` decides over several columns or a whole one |
| `work`, `distinct` | one pass in the making; columns by their different values |
| `convert`, `rows`, `faults`, `repairs`, `messages` | one pass over all rows; what is wrong with which |
| `personal`, `first_names`, `privacy`, `gate` | personal data: its marks in a text, the rows it is in, why a file waits for a person |
| `plausibility`, `facts`, `comparison` | possible and unlikely: within a row, against the version before, against other Kommunen |
| `undo`, `changes`, `corrections` | repairs taken back, the list of changed cells, a corrected rejects file |
| `sums`, `totals`, `nested`, `doubles` | rows that are sums of others; rows and keys that come twice |
| `figures` | rows that say a figure of all rows of their area |
| `positions`, `derived`, `steps`, `keys_of_places` | fields made of position columns, that follow from others, from the steps between moments, from names of places |
| `tableschema` | a standard as Frictionless Table Schema |
| `writing`, `workbook`, `sinks`, `formulas`, `german`, `templates` | the corrected file, the rejects file, numbers in sentences, the template for a clerk |
"""
