# Completion for bash: source this file, or put it into /etc/bash_completion.d.

_greenloop() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      *.loop.kts) # behind a script that runs come its own words: files, as a guess
        if [[ -z $command || $command = run ]]; then
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          return
        fi
        ;;
      -*) ;;
      *) [[ -n $command ]] || command=${COMP_WORDS[i]} ;;
    esac
  done
  case $before in
    --seed | --timeout | --rounds) return ;;
    --jfr)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
  esac
  local words= scripts=
  case $command in
    '')
      words='run check new doctor ps pstree bench port-check --help --version'
      scripts=yes
      ;;
    run)
      words='--seed --virtual-time --timeout --debug --jfr --watch --help'
      scripts=yes
      ;;
    check)
      words=--help
      scripts=yes
      ;;
    new | doctor | pstree) words=--help ;;
    ps) words='--stacks --json --help' ;;
    bench) words='--json --rounds --help' ;;
    port-check) words='--json --help' ;;
  esac
  [[ $command = ps || $command = pstree ]] && words="$words $(ps -C java -o pid= 2>/dev/null)"
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ -n $scripts && $word != -* ]]; then
    compopt -o filenames 2>/dev/null
    local found
    mapfile -t found < <(
      compgen -f -X '!*.loop.kts' -- "$word"
      compgen -d -- "$word"
    )
    COMPREPLY+=("${found[@]}")
  fi
}
complete -F _greenloop greenloop
