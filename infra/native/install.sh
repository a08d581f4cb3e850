#!/usr/bin/env bash
# Installs and builds what the stack runs on, once, outside the clone: infra/native/install.sh [PIECE…] (none: all).
# Pieces: minio versitygw gcs azurite system solr ckan compose browser. What is there already is left alone; two that run at once wait
# for each other, piece by piece. Each piece's output lies in ~/.cache/datenallmende/log/, its end is shown on failure.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/datenallmende
python=${PYTHON:-python3}
pieces=(system minio versitygw gcs compose azurite solr ckan browser)

# MinIO's release tags do not resolve as a Go module, so the commit is pinned.
minio=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
versitygw=github.com/versity/versitygw/cmd/versitygw@v1.8.0
gcs=github.com/fsouza/fake-gcs-server@v1.56.1
azurite=azurite@3.37.0
packages=(postgresql-15 postgresql-client-15 libpq-dev redis-server libmagic1 maven openjdk-17-jdk-headless gcc python3-dev)

# The key of what is built from files of ours: the same in orchestration/stack/installed.py.
key() { cat "$@" | sha256sum | cut -c1-12; }

go_server() { # NAME MODULE
    command -v go >/dev/null || { echo "$1 is built with Go: install Go, or put the binary into $cache/bin"; return 1; }
    local into
    into=$(mktemp -d "$cache/bin/.$1.XXXX")
    GOBIN=$into CGO_ENABLED=0 nice go install -trimpath "$2" || { rm -rf "$into"; return 1; }
    mv "$into"/* "$cache/bin/" && rmdir "$into"
}

have_minio() { [[ -x $cache/bin/minio ]]; }
have_versitygw() { [[ -x $cache/bin/versitygw ]]; }
have_gcs() { [[ -x $cache/bin/fake-gcs-server ]]; }
install_minio() { go_server minio "$minio"; }
install_versitygw() { go_server versitygw "$versitygw"; }
install_gcs() { go_server gcs "$gcs"; }

# Reads infra/compose.yaml as `docker compose config` does, without an engine.
compose=$cache/bin/compose-config-$(key "$here/compose/main.go" "$here/compose/go.mod")
have_compose() { [[ -x $compose ]]; }
install_compose() {
    command -v go >/dev/null || { echo "the check of infra/compose.yaml is built with Go: install Go"; return 1; }
    (cd "$here/compose" && CGO_ENABLED=0 nice go build -trimpath -o "$compose.new" . && mv "$compose.new" "$compose")
}

have_azurite() { [[ -e $cache/$azurite/.complete ]]; }
install_azurite() {
    command -v npm >/dev/null || { echo "Azurite needs Node and npm: install nodejs and npm"; return 1; }
    rm -rf "${cache:?}/$azurite" && mkdir -p "$cache/$azurite" || return
    npm install --prefix "$cache/$azurite" --no-audit --no-fund --no-save "$azurite" || return
    touch "$cache/$azurite/.complete"
}

have_system() {
    [[ -x /usr/lib/postgresql/15/bin/initdb && -e /usr/lib/x86_64-linux-gnu/libmagic.so.1 ]] || return
    local program
    for program in redis-server redis-cli psql pg_config mvn javac gcc; do command -v $program >/dev/null || return; done
}
install_system() { debian_packages "${packages[@]}"; }
debian_packages() { # PACKAGE…
    if ! command -v apt-get >/dev/null || [[ $EUID != 0 ]]; then
        echo "packages are missing; as root: apt-get install $*"
        return 1
    fi
    # Nothing of it may start by itself: the stack runs servers of its own.
    local policy=/usr/sbin/policy-rc.d mine=""
    [[ -e $policy ]] || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && mine=yes; }
    local code=0
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" || code=1
    [[ -z $mine ]] || rm -f $policy
    return $code
}

# What tests look at pages with; no server needs it.
have_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
install_browser() { debian_packages chromium; }

solr=$cache/solr-$(key "$here/solr/pom.xml" "$here/solr/SolrMain.java")
have_solr() { [[ -e $solr/.complete ]]; }
install_solr() {
    rm -rf "$solr" && mkdir -p "$solr/classes" || return
    local repository=$solr/repository
    mvn -q -B -f "$here/solr/pom.xml" -Dmaven.repo.local="$repository" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$solr/lib" || return
    javac -cp "$solr/lib/*" -d "$solr/classes" "$here/solr/SolrMain.java" || return
    rm -rf "$repository" && touch "$solr/.complete"
}

ckan=$cache/ckan-$(key "$here/ckan/requirements.txt")
have_ckan() { [[ -e $ckan/.complete ]]; }
install_ckan() {
    local uv
    uv=$(command -v uv || true)
    [[ -n $uv || ! -x $here/../../.tools/bin/uv ]] || uv=$here/../../.tools/bin/uv
    rm -rf "$ckan" && "$python" -m venv "$ckan" || return
    if [[ -n $uv ]]; then
        "$uv" pip install --python "$ckan/bin/python" -r "$here/ckan/requirements.txt" || return
    else
        "$ckan/bin/python" -m pip install --disable-pip-version-check -r "$here/ckan/requirements.txt" || return
    fi
    "$ckan/bin/python" -m compileall -q "$ckan/lib" >/dev/null || true # some test files of others do not compile
    touch "$ckan/.complete"
}

one() { # PIECE: install it unless it is there, under its lock, and say so
    have_"$1" && return
    local log=$cache/log/$1.log started=$SECONDS
    (
        flock 9
        have_"$1" && exit
        echo "$1: being installed (log: $log)"
        if ! install_"$1" >"$log" 2>&1; then
            echo "$1: FAILED after $((SECONDS - started)) s; the end of $log:" >&2
            tail -n 15 "$log" >&2
            exit 1
        fi
        echo "$1: installed in $((SECONDS - started)) s"
    ) 9>"$cache/log/$1.lock"
}

# Go's builds use every core, so they follow one another; what mostly waits for the network runs beside them.
in_order() {
    local piece code=0
    for piece in "$@"; do
        one "$piece" || code=1
    done
    return $code
}

chosen() { # the pieces among the arguments that were asked for
    local piece
    for piece in "$@"; do [[ " ${asked[*]} " != *" $piece "* ]] || echo "$piece"; done
}

asked=("$@")
[[ $# -gt 0 ]] || asked=("${pieces[@]}")
for piece in "${asked[@]}"; do
    [[ " ${pieces[*]} " == *" $piece "* ]] || { echo "there is no piece “$piece”: ${pieces[*]}" >&2; exit 2; }
done
mkdir -p "$cache/bin" "$cache/log"

code=0 running=()
in_order $(chosen compose minio versitygw gcs) & running+=($!)
in_order $(chosen azurite) & running+=($!)
# Solr and CKAN are built with what the system's packages bring.
in_order $(chosen system browser) || code=1
in_order $(chosen ckan) & running+=($!)
in_order $(chosen solr) & running+=($!)
for process in "${running[@]}"; do wait "$process" || code=1; done
[[ $code != 0 ]] || echo "installed in $cache: ${asked[*]}"
exit $code
