"""`python -m orchestration.dbt_parse`: checks that the dbt project parses."""

from orchestration.dbt import parse
from orchestration.platform import Platform
from orchestration.settings import load_settings

if __name__ == "__main__":
    platform = Platform(load_settings())
    parse(platform.settings, platform.sites.onprem)
