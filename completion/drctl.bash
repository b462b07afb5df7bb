# Completion of drctl for bash: commands, flags and their values as drctl itself knows them, else files.
_drctl() {
  local current="${COMP_WORDS[COMP_CWORD]}" known
  known="$("${COMP_WORDS[0]}" --get-yargs-completions "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null | grep -vx -e '--.')"
  mapfile -t COMPREPLY < <(compgen -W "$known" -- "$current")
  if [[ ${#COMPREPLY[@]} -eq 0 ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _drctl drctl
