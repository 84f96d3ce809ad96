#!/bin/sh
# A pipeline in two parts: scenarios, which say what has to happen, and a replay, which must not become worse.
#
#   ./check.sh                 all of it, with the sample faces; the first run becomes the baseline
#   UPDATE=1 ./check.sh        this run becomes the baseline, whatever became worse
#
#   REPORTS=DIR                where JUnit, results and pages go, a new folder; default: reports
#   BASELINE=DIR               what is compared with, to be kept between runs; default: baseline
#   SCENARIOS=DIR              default: scenarios beside this file
#   SET=SET GALLERY=FOLDER     a set of your own and who is enrolled; default: attacks forged of the sample faces, which
#                              are kept in the baseline, since another processor may forge other pixels
#   POLICY=NAME|FILE.toml      of the replay; default: standard
#
# Ends with 0, with 30 when a scenario failed or a trial became worse, and with 1 or 2 when something could not be run.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 2
faces=${FACES:-$here/../../sample_faces}
reports=${REPORTS:-reports} baseline=${BASELINE:-baseline}
PATH=$PATH:$here/../../.venv/bin

fail() {
    printf 'check: %s\n' "$1" >&2
    exit 2
}

command -v smilepay >/dev/null || fail "there is no smilepay here; make setup in the project's folder builds it"
if [ -e "$reports" ]; then fail "$reports is there already: remove it, or set REPORTS to a new folder"; fi
mkdir -- "$reports" || exit 2
mkdir -p -- "$baseline" || exit 2
scratch=$(mktemp -d "${TMPDIR:-/tmp}/smilepay-check.XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
export SMILEPAY_HOME="$scratch/wallet" SMILEPAY_KEY_STORE=file

failed=no
# part NAME WORDS...: runs a command; 30 is a failure to go on after, anything else is the end.
part() {
    name=$1
    shift
    smilepay "$@"
    got=$?
    case $got in
        0) printf 'check: %s: as it should be\n' "$name" ;;
        30) printf 'check: %s: FAILED\n' "$name" && failed=yes ;;
        *) printf 'check: %s could not be run: %s\n' "$name" "$got" >&2 && exit "$got" ;;
    esac
}

part scenarios run "${SCENARIOS:-$here/scenarios}" \
    --junit "$reports/scenarios.xml" --jsonl "$reports/scenarios.jsonl"

if [ -z "${SET:-}" ]; then
    SET=$baseline/set GALLERY=$baseline/gallery
    if [ ! -f "$SET/manifest.csv" ]; then
        mkdir -p -- "$GALLERY/lin" "$scratch/pictures/lin" || exit 2
        cp -- "$faces/lin/1.jpg" "$GALLERY/lin/" || exit 2
        cp -- "$faces/lin/3.jpg" "$faces/lin/4.jpg" "$faces/lin/5.jpg" "$scratch/pictures/lin/" || exit 2
        smilepay forge "$scratch/pictures" --species 'print_full_frame,screen_bezel,recompressed' --seed 1 \
            --with-bona-fide --out "$SET" --quiet || exit 2
    fi
fi

# A gate on a rate needs many trials (59 without an error for 5 %). That nothing became worse can be asked of any set.
set -- replay "$SET" --out "$reports/replay" --policy "${POLICY:-standard}" --cache "$scratch/cache"
[ -z "${GALLERY:-}" ] || set -- "$@" --gallery "$GALLERY"
if [ -f "$baseline/summary.json" ]; then
    set -- "$@" --baseline "$baseline/summary.json"
    [ -n "${UPDATE:-}" ] || set -- "$@" --gate 'worse <= 0'
fi
part replay "$@"

if [ "$failed" = no ] && { [ -n "${UPDATE:-}" ] || [ ! -f "$baseline/summary.json" ]; }; then
    cp -- "$reports/replay/summary.json" "$reports/replay/results.jsonl" "$baseline/" || exit 2
    printf 'check: this run is the baseline now\n'
fi
[ "$failed" = no ] || exit 30
