#!/bin/sh
# Builds .venv from the locked requirements: no compiler, nothing that is not pinned by its hash.
# Does nothing where .venv already is what it would build. PYTHON picks the Python.
set -eu
CDPATH='' cd "$(dirname "$0")/.."
unset PYTHONPATH PYTHONHOME # modules from outside must not pass for installed ones
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
stamp=.venv/setup-stamp
log=.venv/setup.log

fail() {
    echo "setup: $1" >&2
    exit 1
}

# What .venv is made from: first what calls for a new one, then what calls for installing smilepay again.
locked() { { pwd -P && cat tools/setup.sh requirements/build.txt requirements/lock.txt packaging/dlib/pyproject.toml; } | cksum; }
project() { cksum <pyproject.toml; }

# Says in one line why a Python does not suit. Older ones must be able to read it.
suits='
import os, sys
def no(why):
    sys.stdout.write(why)
    sys.exit(1)
if sys.version_info < (3, 11):
    no("is Python %d.%d; 3.11 or newer is needed" % sys.version_info[:2])
import sysconfig
if sys.version_info >= (3, 15) or sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
    no("is no CPython 3.11 to 3.14 with the GIL, which the locked packages are built for")
try:
    glibc = tuple(int(part) for part in os.confstr("CS_GNU_LIBC_VERSION").split()[1].split("."))
except (AttributeError, LookupError, OSError, ValueError):
    glibc = ()
if glibc < (2, 28) or os.uname().machine not in ("x86_64", "aarch64") or sys.maxsize < 2**32:
    no("runs where dlib has no wheel in the lock (that is Linux with glibc 2.28 or newer, x86-64 or aarch64);"
       " elsewhere dlib has to be built: with cmake and a C++ compiler, pip install . does it")
try:
    import venv, ensurepip
except ImportError:
    no("comes without venv and ensurepip; Debian and Ubuntu: apt install python%d.%d-venv" % sys.version_info[:2])
try:
    import ssl, sqlite3
except ImportError as error:
    no("was built without %s" % error.name)
if sqlite3.sqlite_version_info < (3, 37):
    no("has SQLite %s; the wallet needs 3.37 or newer" % sqlite3.sqlite_version)
'
identity='import sys; print(sys.base_prefix, sys.version)'

# True where .venv runs, is of the Python asked for, and was finished from the same lock.
current() {
    [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "$(locked)" ] && [ -x .venv/bin/smilepay ] &&
        .venv/bin/python -P -c 'import smilepay_cli, pip' 2>/dev/null || return 1
    [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" -c "$identity" 2>/dev/null)" = "$(.venv/bin/python -c "$identity")" ]
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.14 python3.13 python3.12 python3.11; fi
    reasons=
    for python; do
        if why=$("$python" -c "$suits" 2>/dev/null); then return; fi
        [ -z "$why" ] || reasons="$reasons${reasons:+; }$python $why"
    done
    [ -z "${PYTHON:-}" ] || fail "${reasons:-PYTHON=$PYTHON does not run}"
    fail "${reasons:-no Python found; 3.11 or newer is needed (Debian and Ubuntu: apt install python3 python3-venv)}"
}

pip_install() {
    .venv/bin/python -m pip install --quiet --no-input --no-deps "$@" >"$log" 2>&1 && return
    if grep -qE 'onnection|ProxyError|SSLError|from versions: none|timed out' "$log"; then
        fail "pip cannot reach a package index: check the network and pip's settings (pip config list); see $log"
    fi
    fail "pip failed: $(grep -m 1 '^ERROR' "$log" || tail -n 1 "$log"); see $log"
}

if ! current; then
    choose_python
    echo "setup: new .venv with $python ($("$python" -c 'import platform; print(platform.python_version())'))"
    rm -rf .venv
    "$python" -m venv .venv || fail "$python cannot make a virtual environment here"
    pip_install --require-hashes -r requirements/build.txt
    echo "setup: getting and installing the locked packages (some 250 MB; a minute or two)"
    pip_install --require-hashes --no-build-isolation -r requirements/lock.txt
    pip_install --no-build-isolation ./packaging/dlib
elif [ "$(tail -n 1 "$stamp")" = "$(project)" ]; then
    exit 0
fi
rm -f "$stamp"
echo "setup: installing smilepay itself"
pip_install --no-build-isolation --editable .
# Pip compiles what it installs, not what is editable; where Python may not write bytecode that is a quarter of start-up.
.venv/bin/python -m compileall -q smilepay_cli || :
{ locked && project; } >"$stamp"
echo "setup: done; next: make demo, or: . .venv/bin/activate; smilepay"
