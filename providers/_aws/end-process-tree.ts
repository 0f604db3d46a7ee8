import { spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Kills a process and its descendants, for a process that shares our process group. A shell that only passes a command on dies alone and
 * leaves the command running, with our pipes in its hands.
 */
export function endProcessTree(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    for (const pid of [child.pid, ...descendantsOf(child.pid)]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
  }
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Without a listing (Windows) only the process itself is ended. */
function childrenOf(pid: number): readonly number[] {
  return (process.platform === 'linux' ? readChildren(pid) : listChildren(pid)).split(/\s+/).flatMap((text) => {
    return text === '' ? [] : [Number(text)];
  });
}

/** Slim images of Linux have no `pgrep`. */
function readChildren(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    return '';
  }
}

function listChildren(pid: number): string {
  const listed: { readonly stdout: string | null } = spawnSync('pgrep', ['-P', `${pid}`], { encoding: 'utf8' });
  return listed.stdout ?? '';
}
