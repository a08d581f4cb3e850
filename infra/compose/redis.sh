#!/bin/sh
# Redis with its password from the environment, not from the command line.
set -eu
umask 077
printf 'bind 0.0.0.0\nport 6379\ndir /data\nappendonly yes\nsave ""\nrequirepass %s\n' "$REDIS_PASSWORD" >/tmp/redis.conf
exec redis-server /tmp/redis.conf
