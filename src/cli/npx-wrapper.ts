import { readFileSync } from 'node:fs';

const CHECK_INTERVAL_MS = 500;

/**
 * Calls back once when the `npx anysession …` that started this process has ended. npx starts a shell, which does not pass signals
 * on: without this, `npx anysession emulate & kill $!` would leave the emulators running. The shell that started npx does not matter.
 */
export function onNpxEnd(env: NodeJS.ProcessEnv, callback: () => void): void {
  if (env['npm_lifecycle_event'] !== 'npx' || !/\banysession\b/.test(env['npm_lifecycle_script'] ?? '')) return;
  // Where processes have no known names the parent is watched: the shell of npx, or npx itself.
  const npx = ancestors().find(({ name }) => name.startsWith('npm'))?.pid ?? process.ppid;
  const timer = setInterval(() => {
    // A parent that is process 1 has adopted us.
    if (ancestors().some(({ pid, name }) => pid === npx && (pid !== 1 || name.startsWith('npm')))) return;
    clearInterval(timer);
    callback();
  }, CHECK_INTERVAL_MS);
  timer.unref();
}

interface Ancestor {
  readonly pid: number;
  readonly name: string;
}

/** The parent and its parents, from `/proc` on Linux; elsewhere the parent alone. */
function ancestors(): readonly Ancestor[] {
  const found: Ancestor[] = [];
  for (let pid = process.ppid; pid > 0;) {
    const [, name = '', parent = 0] = /\((.*)\) \S (\d+)/s.exec(readStat(pid)) ?? [];
    found.push({ pid, name });
    pid = Number(parent);
  }
  return found;
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}
