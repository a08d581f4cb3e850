"""The clerk's portal: try a file without an account, hand a file in, in plain German. Server-rendered, no script.

| module | answers |
|---|---|
| `app` | the FastAPI app from an `IntakeConfig`: rooms put together, errors become one German sentence |
| `config` | what an installation may set; the environment is not read here |
| `pages` | start, packages, templates, the few fixed files |
| `trial` | `/pruefen`: dry run, its result, its downloads |
| `handin` | `/abgeben`: a Kommune with its access token puts a file into its inbox |
| `uploads` | one posted form with one file: streamed to disk, bounded, checked for CSRF |
| `sandbox` | runs `worker` in a process of its own with limits on memory, time and output |
| `worker` | reads and judges a file; the only module here that opens what people send |
| `report` | what the worker tells the web process, as a value |
| `results` | the private folders of dry runs and when they vanish |
| `receiver`, `arrivals` | where the object store reports uploads; each report noted once |
| `inbox` | the atomic way of a file into `<inbox>/<ags>/<slug>/` |
| `tokens`, `csrf`, `guard` | who may hand in; forged posts; headers, sizes and rates |
| `view`, `messages` | templates and German words and figures; German sentences by code |

The web process never parses an upload. What does not belong here: reading (`connectors.reading`), judging
(`standards`), what becomes of a file in the inbox (`connectors`, `orchestration`).
"""

from intake.config import IntakeConfig

__all__ = ["IntakeConfig"]
