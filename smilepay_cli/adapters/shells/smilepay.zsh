#compdef smilepay
# Completion of smilepay for zsh: `smilepay --show-completion`.
# Each line that comes back is data, and nothing of it is evaluated: what kind of word it is, the word, what it means.
_smilepay_completion() {
    local kind word about
    local -a plain more files
    local folders=
    while IFS=$'\t' read -r kind word about; do
        word=${word//\\/\\\\} word=${word//:/\\:}
        case $kind in
            (plain) plain+=("$word${about:+:$about}") ;;
            (more) more+=("$word${about:+:$about}") ;;
            (file) files+=("${word//\\\\/\\}") ;;
            (folder) folders=yes ;;
        esac
    done < <(_SMILEPAY_COMPLETE=zsh _SMILEPAY_COMPLETE_LINE="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" \
        "${${(Q)words[1]}/#\~\//$HOME/}" 2>/dev/null)
    local found=1
    (( $#plain )) && _describe -V smilepay plain && found=0
    (( $#more )) && _describe -V smilepay more -S '' && found=0
    if (( $#files )) || [[ -n $folders ]]; then
        compset -P '--*='
        (( $#files )) && _files -g "$files[1]" && found=0
        [[ -n $folders ]] && _files -/ && found=0
    fi
    return found
}
if [[ $funcstack[1] == _smilepay ]]; then
    _smilepay_completion "$@"
else
    compdef _smilepay_completion smilepay
fi
