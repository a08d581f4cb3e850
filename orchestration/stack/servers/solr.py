"""Solr: CKAN's search index, with the schema of the CKAN that is installed."""

from __future__ import annotations

import shutil

from orchestration.stack import installed
from orchestration.stack.process import Command
from orchestration.stack.service import Service

CORE = "ckan"


class Solr(Service):
    name = "solr"
    title = "Solr"
    ports = ("solr",)
    piece = ("system", "solr", "ckan")
    health = f"/{CORE}/select?q=*:*&rows=0"

    @property
    def address(self) -> str:
        return f"{self.place.url('solr')}/solr"

    @property
    def core_url(self) -> str:
        return f"{self.address}/{CORE}"

    def is_installed(self) -> bool:
        return all((kept / ".complete").exists() for kept in (installed.solr(), installed.ckan()))

    def prepare(self) -> None:
        core = self.folder / "home" / CORE
        (core / "conf").mkdir(parents=True, exist_ok=True)
        (self.folder / "home" / "solr.xml").write_text("<solr/>\n")
        (core / "core.properties").write_text(f"name={CORE}\n")
        for name in ("protwords.txt", "synonyms.txt"):
            (core / "conf" / name).touch()
        shutil.copyfile(installed.NATIVE / "solr" / "solrconfig.xml", core / "conf" / "solrconfig.xml")
        (schema,) = installed.ckan().glob("lib/python3*/site-packages/ckan/config/solr/schema.xml")
        shutil.copyfile(schema, core / "conf" / "schema.xml")

    def command(self) -> Command:
        java = installed.solr()
        return Command(
            (
                *("java", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC"),
                f"-Dsolr.solr.home={self.folder / 'home'}",
                f"-Dsolr.install.dir={java}",
                f"-Dsolr.log.dir={self.folder}",
                f"-Dlog4j.configurationFile={installed.NATIVE / 'solr' / 'log4j2.xml'}",
                *("-cp", f"{java / 'classes'}:{java / 'lib'}/*", "SolrMain"),
                *("127.0.0.1", str(self.place.ports["solr"])),
            )
        )
