import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateFolder, processState, stateFolder } from '../../ownership/state-folder.ts';

/** Lines of earlier shells, the newest first. Only this user can read the file: statements may contain secrets. */
export function readHistory(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    return readFileSync(fileOf(env), 'utf8').split('\n').filter(Boolean);
  } catch {
    // A shell works without its history.
    return [];
  }
}

/** @param lines - the newest first */
export function writeHistory(lines: readonly string[], env: NodeJS.ProcessEnv): void {
  try {
    const file = fileOf(env);
    ensurePrivateFolder(join(file, '..'));
    writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  } catch {
    // A shell works without its history.
  }
}

function fileOf(env: NodeJS.ProcessEnv): string {
  return join(stateFolder({ ...processState(), env }), 'shell-history');
}
