import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Server } from 'node:net';
import process from 'node:process';

/** A moment around one change of the folder of records. */
export interface StepPoint {
  /** Counts from 1. */
  readonly step: number;
  readonly when: 'before' | 'after';
}

const CHANGES = ['mkdirSync', 'openSync', 'writeFileSync', 'linkSync', 'renameSync', 'rmSync', 'unlinkSync'] as const;

/**
 * Counts the changes of a folder, and the sockets that begin to listen, and kills this process around one of them. Real changes of a
 * real folder: only the moment of death is chosen. Call it before the code under test changes anything.
 */
export function countSteps(folder: string, killAt?: StepPoint): () => number {
  let count = 0;
  const around = <Result>(change: () => Result): Result => {
    count += 1;
    if (count !== killAt?.step) return change();
    if (killAt.when === 'before') die();
    const result = change();
    die();
    return result;
  };
  const builtin = fs as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  for (const name of CHANGES) {
    const original = builtin[name];
    if (original === undefined) throw new Error(`node:fs has no ${name}`);
    builtin[name] = (...args) => {
      const isInside = args.slice(0, 2).some((path) => typeof path === 'string' && path.startsWith(folder));
      return isInside ? around(() => original(...args)) : original(...args);
    };
  }
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...args: Parameters<typeof listen>): Server {
    return around(() => listen.apply(this, args));
  } as typeof listen;
  syncBuiltinESMExports();
  return () => count;
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
