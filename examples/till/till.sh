#!/bin/sh
# A till in a loop, without jq: exit statuses say what happened, and an idempotency key makes a retry safe.
#
#   ./till.sh < sales.txt        a sale a line: AMOUNT PICTURE, or AMOUNT camera
#   MERCHANT=cafe ./till.sh      who sells; default: kiosk
#
# It sells in the wallet of SMILEPAY_HOME, as smilepay pay does; enrol customers before. A line that is empty or begins
# with # is passed over. At the end it says what was sold. Ends with 0 when every sale was settled, paid or refused; with
# 1 when one could not be, so that somebody has to look; with 2 when it cannot begin.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 2
PATH=$PATH:$here/../../.venv/bin
merchant=${MERCHANT:-kiosk} tries=${TRIES:-3} wait=${WAIT:-1}
command -v smilepay >/dev/null || { printf 'till: there is no smilepay here\n' >&2 && exit 2; }

run=$(date +%s)-$$ # part of every key, so that the first sale of tomorrow is not the first one of today
paid=0 refused=0 unsettled=0 number=0

# sell AMOUNT --image FILE, or AMOUNT --camera 0: one sale, with the same key however often it is tried. Sets `got`.
sell() {
    try=1
    while :; do
        smilepay pay --idempotency-key "till-$run-$number" --merchant "$merchant" --quiet --amount "$@" </dev/null
        got=$?
        case $got in
            # Nobody knows yet whether money moved: a bug, a store that is locked, a program that was killed. The same
            # key again pays if nothing was paid, and else answers with the payment that there is.
            1 | 32 | 137 | 143) ;;
            *) return ;;
        esac
        [ "$try" -lt "$tries" ] || return
        try=$((try + 1))
        sleep "$wait"
    done
}

while read -r amount picture || [ -n "$amount" ]; do
    case $amount in '' | '#'*) continue ;; esac
    number=$((number + 1))
    if [ "$picture" = camera ]; then sell "$amount" --camera 0; else sell "$amount" --image "$picture"; fi
    case $got in
        0) paid=$((paid + 1)) answer="paid" ;;
        10 | 11) answer="not recognised" ;;
        12) answer="nobody seen, try again" ;;
        13) answer="no new, live smile" ;;
        14) answer="too many tries, wait" ;;
        20) answer="not enough money" ;;
        23) answer="over a limit, or a PIN is needed" ;;
        130) exit 130 ;;
        *) unsettled=$((unsettled + 1)) answer="not settled, exit status $got" ;;
    esac
    case $got in 1[0-4] | 20 | 23) refused=$((refused + 1)) ;; esac
    printf 'sale %s: %s at %s: %s\n' "$number" "$amount" "$merchant" "$answer"
done

printf '%s sales: %s paid, %s refused, %s not settled\n' "$number" "$paid" "$refused" "$unsettled"
[ "$unsettled" -eq 0 ] || exit 1
