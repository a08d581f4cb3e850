# Datenallmende itself: the command `allmende`, Dagster, the portals. Built from the root of the repository.
FROM python:3.11-slim-bookworm
RUN pip install --no-cache-dir uv && useradd --create-home --home-dir /srv/allmende allmende
WORKDIR /opt/allmende
COPY pyproject.toml uv.lock README.md LICENSE ./
# The environment before the code: a change of code rebuilds seconds, not minutes.
RUN uv sync --locked --no-dev --no-install-project --compile-bytecode
COPY . .
RUN uv sync --locked --no-dev --compile-bytecode \
    && mkdir /srv/dagster && cat infra/dagster/dagster.yaml infra/dagster/postgres.yaml > /srv/dagster/dagster.yaml \
    && chown -R allmende /srv/dagster /srv/allmende
ENV PATH=/opt/allmende/.venv/bin:$PATH ALLMENDE_HOME=/srv/allmende DAGSTER_HOME=/srv/dagster PYTHONUNBUFFERED=1
USER allmende
# CKAN's token is made by CKAN when it starts for the first time; it comes through a volume that both share.
ENTRYPOINT ["/opt/allmende/infra/images/with-token.sh"]
