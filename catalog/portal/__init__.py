"""The static portal: German pages about every dataset, that work from a folder and from a bucket.

| module | answers |
|---|---|
| `render` | which pages there are and what stands on them: pure, (path, bytes) one by one |
| `context` | what a page may ask beyond its dataset: relations, first rows, places |
| `preview` | first rows and places, read from the published files |
| `geo` | the map: points on a graticule as SVG |
| `search` | the index the browser searches in |
| `text` | German words for numbers, sizes, dates, codes; safe links |
| `write` | to the `portal/` zone: changed files only, the list of files last |
| `templates/`, `assets/` | the pages, the style sheet, the two small scripts, the logo |

Nothing is loaded from anybody else: no fonts, no tiles, no scripts. Metadata is hostile: templates escape everything,
links are http, https or mailto.
"""
