#compdef drctl
# Completion of drctl for zsh: commands, flags and their values as drctl itself knows them, else files.
_drctl() {
  local -a known
  known=("${(@f)$("${words[1]}" --get-yargs-completions "${(@)words[1,CURRENT]}" 2>/dev/null | grep -vx -e '--.')}")
  known=(${known:#})
  compadd -- $known || _files
}
if [[ ${funcstack[1]} == _drctl ]]; then
  _drctl "$@"
else
  compdef _drctl drctl
fi
