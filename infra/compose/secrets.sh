#!/bin/sh
# Makes the secrets of infra/compose.yaml once, in infra/.env, for this user's eyes only.
set -eu
umask 077
file=$(dirname "$0")/../.env
[ ! -e "$file" ] || { echo "$file is there already: nothing changed"; exit 0; }
random() { od -An -N20 -tx1 /dev/urandom | tr -d ' \n'; }
for name in MINIO_ROOT_USER MINIO_ROOT_PASSWORD VERSITYGW_ACCESS_KEY VERSITYGW_SECRET_KEY POSTGRES_PASSWORD CKAN_DB_PASSWORD \
    DATASTORE_READER_PASSWORD DAGSTER_DB_PASSWORD REDIS_PASSWORD CKAN_SECRET_KEY INTAKE_SECRET \
    PIPELINE_SECRET WEBHOOK_TOKEN; do
    echo "$name=$(random)"
done >"$file.new"
echo "AZURITE_ACCOUNT_KEY=$(random | base64 -w0)" >>"$file.new"
mv "$file.new" "$file"
echo "made $file"
