#!/bin/sh
# The databases and roles of the stack; PostgreSQL's image runs this once, on an empty volume.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres <<'SQL'
\getenv ckan CKAN_DB_PASSWORD
\getenv reader DATASTORE_READER_PASSWORD
\getenv dagster DAGSTER_DB_PASSWORD
create role ckan login password :'ckan';
create role datastore_reader login password :'reader';
create role dagster login password :'dagster';
create database ckan owner ckan;
create database datastore owner ckan;
create database dagster owner dagster;
SQL
