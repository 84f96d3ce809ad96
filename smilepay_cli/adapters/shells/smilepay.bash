# Completion of smilepay for bash 4.4 or newer: `smilepay --show-completion`.
# Each line that comes back is data: what kind of word it is, and the word, with what bash needs to be quoted in it.
_smilepay_completion() {
    local kind word cur=${COMP_WORDS[COMP_CWORD]}
    [[ $cur == [=:] ]] && cur=
    COMPREPLY=()
    while IFS=$'\t' read -r kind word; do
        case $kind in
            plain) COMPREPLY+=("$word") ;;
            more) COMPREPLY+=("$word"); compopt -o nospace ;;
            file)
                if [[ $word == '*' ]]; then
                    compopt -o default
                else
                    compopt -o filenames -o plusdirs
                    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -X "!$word" -- "$cur")
                fi ;;
            folder) compopt -o filenames -o plusdirs ;;
        esac
    done < <(_SMILEPAY_COMPLETE=bash _SMILEPAY_COMPLETE_LINE="${COMP_LINE:0:COMP_POINT}" \
        _SMILEPAY_COMPLETE_BREAKS="$COMP_WORDBREAKS" "${1/#\~\//$HOME/}" 2>/dev/null)
}
complete -o nosort -F _smilepay_completion smilepay
