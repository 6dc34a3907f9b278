#!/usr/bin/env bash
# Installs Celcam on a Raspberry Pi from this checkout, or updates it. If it was interrupted, run it again.
#
#   edge_app/install-pi.sh             the app in /opt/celcam, without windows: watch on the page, --to web
#   edge_app/install-pi.sh --window    with windows, for a Pi with a desktop
#   edge_app/install-pi.sh --service   also start the camera at boot, with options in /etc/celcam.toml
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
target=/opt/celcam
venv=$target/.venv-pi
settings=/etc/celcam.toml
window=no service=no

say() { echo "install-pi: $*"; }
fail() { echo "error: $*" >&2; exit 2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

for word in "$@"; do
  case $word in
    --window) window=yes ;;
    --service) service=yes ;;
    *) fail "unknown option $word; expected --window or --service" ;;
  esac
done
[ -f "$checkout/edge_app/requirements-pi.txt" ] || fail "$checkout is not a checkout of Celcam; run the script in one"
[ "$(uname -m)" = aarch64 ] || fail "this system is $(uname -m), expected aarch64; install the 64-bit Raspberry Pi OS"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed; write a new card"

# 1. Packages that only apt has. Recommended packages would add a gigabyte to Lite.
missing=()
for package in python3-picamera2 python3-venv; do
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' $package 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} != 0 ]; then
  say "apt installs ${missing[*]}"
  as_root apt-get update
  as_root apt-get install -y --no-install-recommends "${missing[@]}"
fi

# 2. The virtual environment with pip's packages. The file that describes it is written last.
numpy=$(python3 -c 'import numpy; print(numpy.__version__)') || fail "apt's NumPy is missing; sudo apt install python3-numpy"
python=$(python3 -c 'import platform; print(platform.python_version())')
requirements=$(mktemp)
trap 'rm -f "$requirements"' EXIT
cp "$checkout/edge_app/requirements-pi.txt" "$requirements"
other=opencv-python
if [ $window = yes ]; then
  sed -i 's/^opencv-python-headless/opencv-python/' "$requirements"
  other=opencv-python-headless
fi
echo "numpy==$numpy  # picamera2's helpers work with apt's NumPy alone; Python $python" >> "$requirements"
if cmp -s "$requirements" "$venv/requirements.txt"; then
  say "the packages are up to date"
else
  as_root mkdir -p "$target"
  as_root chown "$(id -u):$(id -g)" "$target"
  if ! "$venv/bin/python" -c "import platform, pip, sys; sys.exit(platform.python_version() != '$python')" 2>/dev/null; then
    say "makes the virtual environment $venv"
    rm -rf "$venv"
    python3 -m venv --system-site-packages "$venv"  # picamera2 and libcamera are the system's
  fi
  rm -f "$venv/requirements.txt"
  if "$venv/bin/python" -c "import importlib.metadata; importlib.metadata.version('$other')" 2>/dev/null; then
    "$venv/bin/pip" uninstall -y "$other"  # both have the package cv2
  fi
  say "pip installs the packages"
  "$venv/bin/pip" install --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$venv/requirements.new"
  mv "$venv/requirements.new" "$venv/requirements.txt"
fi

# 3. The app: a copy of this checkout's, which replaces the one before as a whole.
rm -rf "$target/app.new"
mkdir "$target/app.new"
(cd "$checkout" && tar c --exclude='*-keras' --exclude=__pycache__ celcam edge_app models) |
  tar x --no-same-owner -C "$target/app.new"
if diff -rq --exclude=__pycache__ "$target/app.new" "$target/app" > /dev/null 2>&1; then
  say "the app is up to date"
  rm -rf "$target/app.new"
  changed=no
else
  rm -rf "$target/app.old"
  [ ! -e "$target/app" ] || mv "$target/app" "$target/app.old"
  mv "$target/app.new" "$target/app"
  rm -rf "$target/app.old"
  say "the app is in $target/app"
  changed=yes
fi
for folder in "$venv"/lib/python3*/site-packages; do
  [ ! -d "$folder/celcam" ] || "$venv/bin/pip" uninstall -y celcam  # a wheel of before
  [ -e "$folder/celcam.pth" ] || echo "$target/app" > "$folder/celcam.pth"
done
if ! [ -x "$venv/bin/celcam" ]; then
  printf '#!%s/bin/python\nimport sys\n\nfrom edge_app.__main__ import main\n\nsys.exit(main())\n' "$venv" > "$venv/bin/celcam"
  chmod +x "$venv/bin/celcam"
fi

# 4. The service.
if [ $service = yes ]; then
  id -u celcam > /dev/null 2>&1 ||
    as_root useradd --system --user-group --home-dir /var/lib/celcam --shell /usr/sbin/nologin celcam
  if [ ! -e $settings ]; then
    token=$(python3 -c 'import secrets; print(secrets.token_urlsafe(12))')
    draft=$(mktemp)
    sed "s/^token = .*/token = \"$token\"/" "$checkout/edge_app/celcam.toml" > "$draft"
    as_root install -m 640 -o root -g celcam "$draft" "$settings"
    rm "$draft"
    say "wrote $settings; the page's token is $token"
  fi
  unit=/etc/systemd/system/celcam.service
  if ! cmp -s "$checkout/edge_app/celcam.service" $unit; then
    as_root install -m 644 "$checkout/edge_app/celcam.service" $unit
    as_root systemctl daemon-reload
    changed=yes
  fi
  as_root systemctl enable --now celcam
fi
if [ $changed = yes ] && systemctl is-active --quiet celcam 2>/dev/null; then
  as_root systemctl restart celcam
fi

# 5. What is left to do.
"$venv/bin/celcam" doctor || say "mend what failed above, then run $venv/bin/celcam doctor"
