/**
 * A shell that starts a server in its own process group. It ends the whole group and removes the server's folder when its
 * standard input ends (this process closes it or ends in any way), or when the server ends.
 * Arguments: the folder, then the server's command.
 *
 * It sends TERM to the group, waits five seconds and kills the rest, including itself. The last line of output is the
 * server's exit code. TERM is repeated when the server ends, because the shell may not have set its trap at first; it is
 * ignored while the folder is removed. The shell's own messages ("Terminated") are dropped: only the server writes to
 * standard error.
 * Decision 21: docs/decisions/0021-a-shell-watches-local-servers.md
 */
const WATCHDOG = `
folder=$1; shift
exec 3>&2 2>/dev/null
trap : TERM
{
  trap : TERM
  "$@" </dev/null 2>&3 3>&-
  echo "it ended with code $?"
  : >"$folder/.ended"
  while :; do kill -TERM 0; sleep 0.05; done
} &
cat >/dev/null
kill -TERM 0
tries=0
while [ ! -e "$folder/.ended" ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
trap '' TERM
rm -rf "$folder"
kill -KILL 0`;

/** The command that runs a server under a watchdog. */
export function watched(folder: string, command: readonly string[]): readonly [string, ...string[]] {
  return ['/bin/sh', '-c', WATCHDOG, 'anysession-engine', folder, ...command];
}
