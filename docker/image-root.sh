#!/bin/sh
# Lays out all that the image holds: sh docker/image-root.sh <folder>. Run in the build, by the image of Node that it comes from.
set -eu
root=$1

# Copies a file to the same place, and what it links to.
add() {
  mkdir -p "$root$(dirname "$1")"
  cp -L "$1" "$root$1"
}

app=$root/app/apps/api
mkdir -p "$app" "$root/app/apps/web" "$root/tmp" "$root/etc"
chmod 1777 "$root/tmp"
cp /deployed/package.json "$app/package.json"
cp -R /deployed/node_modules "$app/node_modules"
cp -R apps/api/dist "$app/dist"
cp -R apps/web/dist "$root/app/apps/web/dist"
# Read by nobody who runs it: what packages bring for those who build on them.
find "$app/node_modules" -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \
  -o -name '*.ts' -o -iname 'readme*' -o -iname 'changelog*' -o -iname 'history*' \) -delete

add /usr/local/bin/node
for file in /usr/local/bin/node $(find "$app/node_modules" -name '*.node'); do
  # Of a library for another system ldd says nothing that is there.
  for library in $(ldd "$file" 2> /dev/null | grep -o '/[^ ]*' || true); do
    [ ! -e "$library" ] || case $library in "$root"*) ;; *) add "$library" ;; esac
  done
done
for file in /etc/ssl/certs/ca-certificates.crt /etc/nsswitch.conf; do
  [ ! -e $file ] || add $file
done
printf 'root:x:0:0::/:/none\nnode:x:1000:1000::/app:/none\n' > "$root/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\n' > "$root/etc/group"
