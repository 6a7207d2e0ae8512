"""The scripts that `--completion SHELL` prints; each asks `streamchat --complete` at Tab."""

from __future__ import annotations

from typing import Final

from streamchat.core.errors import UsageError

_BASH = """\
# bash: eval "$(streamchat --completion bash)"
_streamchat() {
    local line words=("${COMP_WORDS[@]:1:COMP_CWORD}") current="${COMP_WORDS[COMP_CWORD]}"
    COMPREPLY=()
    while IFS= read -r line; do
        if [ "$line" = ":files" ]; then
            compopt -o default 2>/dev/null
            continue
        fi
        line="${line%%$'\\t'*}"
        # readline completes only what follows the last =.
        case "$current" in *=*) ;; *) [[ ${COMP_WORDS[*]:1:COMP_CWORD} == *=* ]] &&
            [ "${COMP_WORDS[COMP_CWORD-1]}" = "=" ] && line="${line#*=}" ;; esac
        [ "$current" = "=" ] && line="${line#*=}"
        COMPREPLY+=("$line")
    done < <(streamchat --complete "${words[@]}" 2>/dev/null)
}
complete -F _streamchat streamchat
"""

_ZSH = """\
#compdef streamchat
# zsh: eval "$(streamchat --completion zsh)", after compinit
_streamchat() {
    local line files=0
    local -a found
    while IFS= read -r line; do
        if [[ $line == ":files" ]]; then files=1; continue; fi
        if [[ $line == *$'\\t'* ]]; then
            found+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
        else
            found+=("${line//:/\\\\:}")
        fi
    done < <(streamchat --complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( $#found )) && _describe -V streamchat found
    (( files )) && _files
}
compdef _streamchat streamchat
"""

_FISH = """\
# fish: streamchat --completion fish | source
function __streamchat_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (streamchat --complete $words[2..-1] 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c streamchat -f -a '(__streamchat_complete)'
"""

_SCRIPTS: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completion_script(shell: str) -> str:
    """The script for a shell. Raises UsageError for an unknown shell."""
    if shell not in _SCRIPTS:
        raise UsageError(f"--completion {shell}: the shells are {', '.join(_SCRIPTS)}.")
    return _SCRIPTS[shell]
