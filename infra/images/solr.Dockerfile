# Solr with CKAN's core, configured as in the native stack; the schema is the one of the CKAN in requirements.txt.
FROM python:3.11-slim-bookworm AS schema
COPY infra/native/ckan/requirements.txt /build/
RUN pip download --no-cache-dir --no-deps --dest /build "$(grep '^ckan==' /build/requirements.txt)" \
    && python -m zipfile -e /build/ckan-*.whl /build/ckan

FROM solr:9.10.1
USER root
RUN mkdir -p /opt/core/conf && echo name=ckan > /opt/core/core.properties && touch /opt/core/conf/protwords.txt /opt/core/conf/synonyms.txt
COPY --from=schema /build/ckan/ckan/config/solr/schema.xml /opt/core/conf/
COPY infra/native/solr/solrconfig.xml /opt/core/conf/
RUN chown -R solr /opt/core
USER solr
CMD ["sh", "-c", "mkdir -p /var/solr/data && cp -r /opt/core/. /var/solr/data/ckan && exec solr-foreground"]
