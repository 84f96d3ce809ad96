#!/bin/sh
# Smile to Pay on a stage: a customer, an order, a stranger, a smile, a photograph for the second time, the trail.
#
#   ./talk.sh                        with the sample faces
#   CAMERA=0 ./talk.sh               with a camera: an index, a device, or whatever smilepay --camera takes
#   CAMERA=0 CUSTOMER=ada ./talk.sh  and the name of who stands in front of it
#
# At a terminal it waits for Enter after each scene and asks what to do where a scene went wrong; elsewhere it does
# neither. The wallet is a throwaway one. What to say and what to expect: README.md beside this file.
# Ends with 0 when every scene ended as it should, 1 when one did not, 2 when it cannot begin.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 2
faces=${FACES:-$here/../../sample_faces}
CAMERA=${CAMERA:-}
PATH=$PATH:$here/../../.venv/bin

fail() {
    printf 'talk: %s\n' "$1" >&2
    exit 2
}

command -v smilepay >/dev/null || fail "there is no smilepay here; make setup in the project's folder builds it"
[ -f "$faces/lin/1.jpg" ] || fail "there are no sample faces in $faces; FACES=DIR says where they are"
case $CAMERA in
    '' | /* | *://*) ;;
    *) if [ -f "$CAMERA" ] || [ "$CAMERA" != "${CAMERA#*/}" ]; then CAMERA=$PWD/$CAMERA; fi ;;
esac
cd -- "$faces" || exit 2 # so that what is typed is short enough to be read from the last row

# leave STATUS: on a line of its own, and it says what became of the faces.
leave() {
    rm -rf "$scratch"
    printf '\n\nThe talk was broken off. The wallet is gone.\n'
    exit "$1"
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/smilepay-talk.XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'leave 130' INT
trap 'exit 143' TERM HUP
export SMILEPAY_HOME="$scratch/wallet" SMILEPAY_KEY_STORE=file

is_live=no bold='' plain='' clear=''
if [ -t 0 ] && [ -t 1 ]; then
    is_live=yes
    if [ "${TERM:-dumb}" != dumb ]; then
        clear=$(printf '\033[H\033[2J')
        [ -n "${NO_COLOR:-}" ] || bold=$(printf '\033[1m') plain=$(printf '\033[0m')
    fi
fi
number=0 wrong=0

# pause: waits for Enter.
pause() {
    [ "$is_live" = yes ] || return 0
    printf '\n[Enter] '
    read -r _ || leave 1
}

# scene TITLE SENTENCE: waits for Enter, and tells what comes on a screen of its own.
scene() {
    [ "$number" -eq 0 ] || pause
    printf '%s' "$clear"
    number=$((number + 1))
    printf '\n%s%s. %s%s\n%s\n\n' "$bold" "$number" "$1" "$plain" "$2"
}

# step STATUS WORDS...: types a command line, and holds what it ends with against what it should.
step() {
    wanted=$1
    shift
    while :; do
        printf '  $ %ssmilepay %s%s\n' "$bold" "$*" "$plain"
        smilepay "$@"
        got=$?
        [ "$got" -ne "$wanted" ] || return 0
        printf 'talk: it ended with %s where %s was expected\n' "$got" "$wanted" >&2
        [ "$is_live" = yes ] || break
        printf '[Enter] once more, [g] go on, [q] quit: '
        read -r answer || exit 1
        case $answer in
            q*) exit 1 ;;
            g*) break ;;
        esac
        [ "$got" -ne 14 ] || smilepay accounts unlock --quiet # too many tries: a lock, which nobody came to see
    done
    wrong=$((wrong + 1))
}

# seen STATUS PICTURE WORDS...: a step in front of the camera, or with a picture where there is none.
seen() {
    wanted=$1 picture=$2
    shift 2
    if [ -n "$CAMERA" ]; then set -- "$@" --camera "$CAMERA"; else set -- "$@" --image "$picture"; fi
    step "$wanted" "$@"
}

customer=${CUSTOMER:-lin} photograph=lin/5.jpg
if [ -n "$CAMERA" ]; then photograph=eileen/1.jpg; fi # the one that she was enrolled with

scene "Two customers" "A face becomes 128 numbers, encrypted. The picture is not kept."
seen 0 lin/1.jpg enroll "$customer" --deposit 100
step 0 enroll eileen --image eileen/1.jpg --deposit 50

scene "An order" "Whoever shops is recognised. There is no card, no phone and no name to type."
seen 0 lin/3.jpg shop stamp

scene "A stranger" "Somebody who is not enrolled tries to pay. The nearest face is too far away."
seen 10 grace/1.jpg pay --amount 20 --merchant philately

scene "A smile" "Recognised, smiling, and good for it. Face and money are one transaction."
seen 0 lin/5.jpg pay

scene "A photograph that was shown before" "A picture is good for one presentation, however well it smiles."
step 13 pay --amount 2 --merchant cafe --image "$photograph"

scene "The trail" "Every attempt left an event, refused ones too. Each hashes the one before."
step 0 audit

scene "Nothing was changed" "Computed anew: the chain, and all money against the events that tell of it."
step 0 audit verify
pause

if [ "$wrong" -gt 0 ]; then
    printf '\ntalk: %s of %s scenes did not end as they should\n' "$wrong" "$number" >&2
    exit 1
fi
printf '\nThat was Smile to Pay. The wallet is gone.\n'
