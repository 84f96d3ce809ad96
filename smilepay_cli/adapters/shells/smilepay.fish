# Completion of smilepay for fish: `smilepay --show-completion`.
# Each line that comes back is data: what kind of word it is, the word, what it means.
function __smilepay_completion
    set -l token (commandline -ct)
    set -l option (string match -r -- '^--[a-z-]+=' $token)
    set -l value (string replace -r -- '^--[a-z-]+=' '' $token)
    set -l program (string replace -r -- '^~/' "$HOME/" (commandline -opc | string match -v -r -- '^\w+=')[1])
    for line in (env _SMILEPAY_COMPLETE=fish _SMILEPAY_COMPLETE_LINE=(commandline -cp | string collect) $program 2>/dev/null)
        set -l found (string split -m 2 \t -- $line)
        switch $found[1]
            case plain more
                printf '%s\t%s\n' $found[2] "$found[3]"
            case file
                if test "$found[2]" = '*'
                    printf "$option%s\n" (__fish_complete_path $value)
                else
                    printf "$option%s\n" (__fish_complete_path $value | string match -r -- '.*(?:/|\Q'(string sub -s 2 -- $found[2])'\E)(?:\t.*)?$')
                end
            case folder
                printf "$option%s\n" (__fish_complete_directories $value '')
        end
    end
end
complete --command smilepay --no-files --keep-order --arguments '(__smilepay_completion)'
