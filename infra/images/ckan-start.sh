#!/bin/sh
# What the CKAN image runs: `web` brings the databases to where they should be and serves; `worker` does the jobs.
set -eu
case ${1:-web} in
web)
    python /opt/ckan-databases.py
    exec gunicorn --workers 2 --threads 4 --timeout 120 --bind 0.0.0.0:5000 wsgi:application
    ;;
worker) exec ckan -c "$CKAN_INI" jobs worker ;;
*) exec "$@" ;;
esac
