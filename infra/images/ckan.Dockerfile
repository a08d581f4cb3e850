# CKAN 2.12 with our plugin: the requirements and the settings of the native stack. Built from the root of the repository.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev && rm -rf /var/lib/apt/lists/*
COPY infra/native/ckan/requirements.txt /build/
RUN python -m venv /opt/ckan && /opt/ckan/bin/pip install --no-cache-dir -r /build/requirements.txt
COPY infra/ckan /build/plugin
RUN /opt/ckan/bin/pip install --no-cache-dir --no-deps --no-build-isolation /build/plugin

FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 libmagic1 && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --home-dir /srv/ckan ckan && mkdir /srv/storage /run/ckan && chown ckan /srv/storage /run/ckan
COPY --from=build /opt/ckan /opt/ckan
COPY infra/native/ckan /opt/native
COPY infra/images/ckan-start.sh infra/images/ckan-databases.py /opt/
# One file: what does not depend on the machine, the secret by name, logging. Addresses are CKAN's own variables.
COPY infra/ckan/settings.ini infra/images/ckan-secret.ini /srv/ckan/
RUN cat /srv/ckan/settings.ini /srv/ckan/ckan-secret.ini /opt/native/logging.ini > /srv/ckan/ckan.ini
ENV PATH=/opt/ckan/bin:$PATH CKAN_INI=/srv/ckan/ckan.ini PYTHONPATH=/opt/native PYTHONUNBUFFERED=1
USER ckan
WORKDIR /srv/ckan
ENTRYPOINT ["/opt/ckan-start.sh"]
