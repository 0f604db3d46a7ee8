/**
 * A shell that starts a server and stays beside it, in a process group of its own. When its standard input ends (we close it, or are
 * gone ourselves, however we went), or when the server ends, it ends the whole group and removes the server's folder.
 * Words: the folder, then the server's command.
 *
 * The group is asked first and has five seconds; what is left of it then is killed, the shell with it. The last line of output tells
 * with which code the server ended. That the server has ended is said again and again: once could be before the shell
 * listens. Removing the folder is deaf to it.
 * Decision 21: docs/decisions/0021-a-shell-watches-local-servers.md
 */
const WATCHDOG = `
folder=$1; shift
trap : TERM
{
  trap : TERM
  "$@" </dev/null
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
