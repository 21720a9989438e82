#!/bin/sh
# Starts MongoDB as its image does, with the password that stands in a file: made at the first start, or MONGO_PASSWORD of .env.
set -eu
password=$(cat /database/password)
if [ -z "$password" ]; then
  echo "/database/password is empty." >&2
  exit 1
fi
if [ -n "${MONGO_INITDB_ROOT_USERNAME:-}" ]; then export MONGO_INITDB_ROOT_PASSWORD="$password"; fi
# Members of a replica set know each other by a key that all of them have.
if [ -n "${REPLICA_SET:-}" ]; then
  rm -f /tmp/keyfile
  printf 'members of a replica set: %s' "$password" | sha256sum | cut -c 1-64 > /tmp/keyfile
  chmod 400 /tmp/keyfile
  chown mongodb:mongodb /tmp/keyfile
  set -- "$@" --replSet "$REPLICA_SET" --keyFile /tmp/keyfile --bind_ip_all
fi
for start in entrypoint.sh docker-entrypoint.sh; do
  if command -v $start > /dev/null; then exec $start "$@"; fi
done
echo "This image has no start that is known here." >&2
exit 1
