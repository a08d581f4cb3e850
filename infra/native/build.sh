#!/usr/bin/env bash
# Builds the servers that the integration tests start, once, outside the clone. What is there already is left alone.
# Needs Go. MinIO's release tags do not resolve as a module, so the commit is pinned.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/datenallmende/bin
minio=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c

mkdir -p "$cache"
if [[ ! -x $cache/minio ]]; then
    command -v go >/dev/null || { echo "MinIO is built with Go: install Go, or put a minio binary into $cache" >&2; exit 1; }
    echo "building MinIO into $cache (5 to 10 minutes, once)"
    GOBIN=$cache CGO_ENABLED=0 go install -trimpath "$minio"
fi
echo "$cache: $(ls "$cache" | tr '\n' ' ')"
