#!/bin/sh
# A tester's session: forge attacks, see what they get through, try policies until a gate holds or honestly does not.
#
#   ./tester.sh              works in a throwaway folder, and removes it
#   ./tester.sh FOLDER       works in that new folder, and leaves it: sets, reports, policies
#
#   FACES=DIR                pictures other than the sample faces; it needs the same names: lin/1.jpg, lin/clip, ...
#
# It has the sample faces, which show how this is done; they are too few to say anything of a policy.
# Ends with 0 when each step ended as told here, 1 when one did not, 2 when it cannot begin.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 2
faces=$(CDPATH='' cd -- "${FACES:-$here/../../sample_faces}" && pwd) || exit 2
PATH=$PATH:$here/../../.venv/bin

fail() {
    printf 'tester: %s\n' "$1" >&2
    exit 2
}

command -v smilepay >/dev/null || fail "there is no smilepay here; make setup in the project's folder builds it"
[ -f "$faces/lin/1.jpg" ] || fail "there are no sample faces in $faces; FACES=DIR says where they are"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/smilepay-tester.XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
export SMILEPAY_HOME="$scratch/wallet" SMILEPAY_KEY_STORE=file
work=${1:-$scratch/work} keeps=${1:+yes}
if [ -e "$work" ]; then fail "$work is there already: name a folder that is not there yet"; fi
mkdir -- "$work" || exit 2
cd -- "$work" || exit 2
wrong=0

# quoted WORDS...: as one would type them.
quoted() {
    for word; do
        case $word in
            *[!A-Za-z0-9_./,:=-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
}

# step STATUS WORDS...: types a command line, and holds what it ends with against what is told here. What could be
# opened next is told only where it stays.
step() {
    wanted=$1
    shift
    printf '  $ smilepay'
    quoted "$@"
    if [ "$keeps" = yes ]; then
        smilepay "$@"
        got=$?
    else
        smilepay "$@" >"$scratch/said"
        got=$?
        sed '/^  next: /d' "$scratch/said"
    fi
    [ "$got" -eq "$wanted" ] && return
    printf 'tester: it ended with %s where %s was expected\n' "$got" "$wanted" >&2
    wrong=$((wrong + 1))
}

title() {
    printf '\n== %s\n\n' "$1"
}

# Who is enrolled, and other pictures of them: what was enrolled is refused as used before, and would measure nothing.
mkdir -p enrolled/lin enrolled/otto enrolled/eileen pictures/lin pictures/eileen captures/lin/clip
for person in lin otto eileen; do cp "$faces/$person/1.jpg" "enrolled/$person/" || exit 2; done
cp "$faces/lin/3.jpg" "$faces/lin/4.jpg" "$faces/lin/5.jpg" "$faces/lin/6.jpg" pictures/lin/ || exit 2
cp "$faces/eileen/2.jpg" pictures/eileen/ || exit 2
cp "$faces"/lin/clip/*[02468].jpg captures/lin/clip/ || exit 2 # every second frame of a film of 13 a second

title "1. Customers who smile: printed, shown on a screen, encoded anew"
step 0 forge pictures --species print_full_frame,screen_full_frame,recompressed --per-image 3 --seed 7 \
    --with-bona-fide --out stills

title "2. The gate: of no species may more than a fifth get in"
step 30 replay stills --gallery enrolled --out standard --cache cache --jobs 2 --gate 'iapar <= 20 %'

title "3. Against photographs: the smile has to come while the camera watches"
cat >till.toml <<'TOML'
extends = "standard"
smile = "transition"
TOML
step 0 replay stills --gallery enrolled --out transition --cache cache --gate 'iapar <= 20 %' \
    --policy till.toml --baseline standard/summary.json

title "4. So customers are filmed now. Then films are what to attack with"
step 0 forge captures --species replayed_video --per-image 3 --seed 7 --with-bona-fide --out films
step 30 replay films --gallery enrolled --out films-transition --cache cache --fps 6.5 --policy till.toml \
    --gate 'iapar <= 20 %' --gate 'money[replayed_video] <= 0'

title "5. Strict draws a challenge that no film foresees"
step 30 replay films --gallery enrolled --out films-strict --cache cache --fps 6.5 --policy strict \
    --gate 'iapar <= 20 %' --gate 'money[replayed_video] <= 0'

title "6. And the threshold? These pictures are too few for one"
step 30 calibrate "$faces" --target-fmr 0.001 --cache cache

title "How to read this"
cat <<'TEXT'
- "13 of 15" is what was seen; "60 to 98 %" is what it may be. A gate looks at
  the upper end, "at most": without an error, 14 attacks show 20 %, 3 show 63 %.
- Step 3 passes, and FRR says what that costs: nobody with one picture pays. A
  gate on attacks alone is passed best by a till that refuses everybody.
- Step 5 moves no money, but the honest film is refused as well: it answers no
  challenge. Files cannot say how often people do. Ask people, before a camera.
- FPIR says "none tried": no stranger is in these sets. A real set has many.
- One customer's film, two customers' pictures: nothing here holds for others.
TEXT
rm -rf cache # it holds what was measured on faces
printf '\n'
for run in standard transition films-transition films-strict; do
    [ -f "$run/report.html" ] || wrong=$((wrong + 1))
done
if [ "$keeps" = yes ]; then
    printf 'reports: %s/*/report.html\n' "$work"
else
    printf 'The reports are gone with the throwaway folder; to keep them: ./tester.sh FOLDER\n'
fi
[ "$wrong" -eq 0 ] || printf 'tester: %s steps did not end as told here\n' "$wrong" >&2
[ "$wrong" -eq 0 ]
