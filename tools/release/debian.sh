#!/bin/sh
# Tries a release in a bare Debian, as a slim container is: no compiler, no libGL. For maintainers, as root, with debootstrap.
#   sh tools/release/debian.sh [FOLDER] [SUITE]
# FOLDER (made anew, half a gigabyte, then removed) gets the system; dist/ has to hold what `make release` built. First the
# face commands must say what is missing (2, and doctor 12), then they must work. The system's Python is used.
set -eu
cd "$(dirname "$0")/../.."
root=${1:-build/debian}
suite=${2:-bookworm}
case $root in /) exit 2 ;; esac
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1 "$@"; }
person() { inside su smilepay --shell /bin/sh --command "cd; PATH=/opt/smilepay/bin:\$PATH; $1"; }
leave() {
    umount "$root/proc" 2>/dev/null || :
    rm -rf --one-file-system "$root"
}
fail() {
    echo "debian: $1" >&2
    exit 1
}

# What is expected to end with a status must end with that one, and say the words.
expect() {
    status=0
    said=$(person "$3" 2>&1) || status=$?
    [ "$status" -eq "$1" ] || fail "'$3' ended with $status and not with $1: $said"
    case $said in *"$2"*) echo "debian: '$3' ended with $1, as it should" ;; *) fail "'$3' did not say '$2': $said" ;; esac
}

[ ! -e "$root" ] || fail "$root is there already"
command -v debootstrap >/dev/null || fail "needs debootstrap: apt install debootstrap"
trap leave EXIT
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$suite" "$root" >"${TMPDIR:-/tmp}/debootstrap.log"
mount -t proc proc "$root/proc"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt" # a mirror's too
mkdir "$root/opt/dist"
cp dist/*.whl dist/*.txt "$root/opt/dist"
inside useradd --create-home smilepay
for compiler in cc gcc g++ clang cmake make; do
    ! inside sh -c "command -v $compiler" || fail "$compiler is there"
done
inside sh -ec '
    cd /opt/dist
    python3 -m venv /opt/smilepay
    pip="/opt/smilepay/bin/python -m pip install --quiet --no-deps"
    $pip --require-hashes -r build.txt
    $pip --require-hashes --no-build-isolation -r runtime.txt
    $pip ./*.whl
    /opt/smilepay/bin/python -m pip check'
face=$(inside sh -c 'echo /opt/smilepay/lib/python3*/site-packages/smilepay_cli/sample_faces/lin/1.jpg')
needs="apt install libgl1 libglib2.0-0"
expect 12 "$needs" "smilepay doctor"
expect 2 "$needs" "smilepay enroll lin --image $face"
expect 0 "latte" "smilepay shop"
inside sh -c 'apt-get -qq update && apt-get -qq install --no-install-recommends libgl1 libglib2.0-0 >/dev/null 2>&1'
expect 0 "OpenCV" "smilepay doctor"
expect 0 "lin is enrolled" "smilepay enroll lin --image $face"
expect 0 "" "smilepay demo"
