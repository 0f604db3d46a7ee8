import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session } from '../../session/session.ts';
import { ERROR_KINDS } from '../../contract/error-kinds.ts';
import { runChild } from '../child-process.ts';
import { withSparkProxy } from '../spark-proxy.ts';
import type { CommandContext } from '../terminal.ts';
import { childEnvironment } from './exec.ts';

/** Jupyter starts a kernel again within seconds of its end; then the session is kept, milliseconds. */
const RESTART_MS = 30_000;

/**
 * Runs a kernel. The session of each kernel has a key, so that a restart of the kernel, which is a new process of this command, finds the
 * session again. The session ends with the kernel; after a restart that does not come, when {@link RESTART_MS} have passed.
 */
export async function runKernel(context: CommandContext, python: string, connectionFile: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'anysession-kernel-'));
  // The start-up file of the kernel creates this file when Jupyter restarts the kernel.
  const marker = join(folder, 'restart');
  // Jupyter names a new file for each kernel, and the same one when it starts the kernel again.
  const hash = createHash('sha256').update(`${hostname()}\0${connectionFile}`).digest('hex');
  const key = `jupyter-${hash.slice(0, 16)}`;
  let exitCode: number | undefined;
  let outlivesProcess = false;
  const release = async (session: Session): Promise<void> => {
    const restarts = exitCode !== 0 || existsSync(marker);
    if (!outlivesProcess || !restarts) return session.close();
    session.detach({ keepForMs: RESTART_MS });
    sweepLater(context);
  };
  try {
    await withSparkProxy(context, { key, defaultName: 'anysession kernel', release }, async (open) => {
      ({ outlivesProcess } = open.sessions.provider.capabilities);
      const env = {
        ...childEnvironment(context, open, `key:${key}`),
        ANYSESSION_KERNEL: marker,
        // Python ends when its parent does.
        JPY_PARENT_PID: String(process.pid),
      };
      exitCode = await runChild(context, [python, '-m', 'ipykernel_launcher', '-f', connectionFile], env);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return exitCode ?? ERROR_KINDS.internal.exitCode;
}

/** Ends the session when nobody has taken it over: Jupyter waits for this process, so another one does that. */
function sweepLater({ terminal, config, environment }: CommandContext): void {
  const words = [
    ...process.execArgv,
    process.argv[1] ?? '',
    ...(config === undefined ? [] : ['--config', config]),
    ...(environment === undefined ? [] : ['--env', environment]),
    'sweep',
  ];
  const script = `sleep ${RESTART_MS / 1000 + 1}; exec "$@"`;
  const options = { detached: true, stdio: 'ignore', cwd: terminal.cwd, env: terminal.env } as const;
  const child = spawn('/bin/sh', ['-c', script, 'anysession-sweep', process.execPath, ...words], options);
  child.on('error', () => {});
  child.unref();
}
