# Completion of drctl for fish: commands, flags and their values as drctl itself knows them, beside files.
function __drctl_known
    set -l words (commandline --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    command drctl --get-yargs-completions $words 2>/dev/null | string match --invert --regex '^--.$'
end
complete --command drctl --arguments '(__drctl_known)'
