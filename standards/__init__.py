# ruff: noqa: E501  the map of a room is read in rows
"""What municipal data should look like, and the engine that brings it there. Pure: no I/O but loading the standards.

| module | answers |
|---|---|
| `<name>/standard.toml` | one standard: fields, units, synonyms, codelists, rules; data, no Python |
| `definition`, `registry` | the shape of a `standard.toml`; loading and validating all of them |
| `rules` | the shape of a standard's privacy and plausibility rules |
| `model` | the values that cross the border: `Table` in, `Judgement` out |
| `engine`, `ranking` | `judge`, `judge_many`, `match`; `rank`: which standard a table belongs to |
| `headers`, `compounds`, `naming`, `content`, `samples`, `matching`, `wide`, `split`, `places_matching`, `mapping` | which column is which field |
| `numbers`, `moments`, `words`, `places`, `angles`, `distance`, `species`, `municipalities` | text to numbers, dates, codes, coordinates, names, keys |
| `joins`, `separators`, `sizes`, `ranges` | what `convert` decides over several columns or a whole one |
| `work`, `distinct` | one pass in the making; columns by their different values |
| `convert`, `rows`, `privacy`, `faults`, `repairs`, `messages` | one pass over all rows; what is wrong with which |
| `tableschema` | a standard as Frictionless Table Schema |
| `writing`, `templates` | the corrected file, the rejects file, the template for a clerk |
"""
