"""The demo data: real Kommunen, invented contents, and the faults that municipal files really have.

`write.write_demo` puts the files into an inbox and the publisher files beside them · `model` the values · `dice`
chance that falls the same way on every machine · `encode` tables → bytes in the dialects of town halls · one module
per theme (`trees`, `playgrounds`, `parking`, `bicycles`, `budget`, `markets`) · `catalogue` all of them and the
answer key. Nothing here reads, judges or publishes: the answer key comes from the faults that were planted.
"""

from connectors.demo.catalogue import answer_key, demo_datasets
from connectors.demo.model import DemoDataset, DemoSummary, Expected
from connectors.demo.write import write_demo

__all__ = ["DemoDataset", "DemoSummary", "Expected", "answer_key", "demo_datasets", "write_demo"]
