#!/bin/sh
# Runs a command of Datenallmende with the token that CKAN left for it, where there is one.
set -eu
if [ -r /run/ckan/token ]; then
    ALLMENDE_PORTALS__CKAN__TOKEN=$(cat /run/ckan/token)
    export ALLMENDE_PORTALS__CKAN__TOKEN
fi
exec "$@"
