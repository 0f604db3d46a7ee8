import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What a claim or a listener is called while it is being made. */
const NAME = /^[0-9a-f]{16}\.(tmp|sock)$/;

/** A younger file may still be in the making, milliseconds. */
const YOUNG_MS = 60_000;

/** What decides whether a file is left over. */
export interface LeftoverRules {
  readonly nowMs: number;
  /** Whether a claim refers to the socket. */
  readonly isUsed: (socket: string) => boolean;
  /** Whether nobody listens on the socket. */
  readonly isDead: (socket: string) => Promise<boolean>;
}

/** Removes what killed processes have left in the folder besides claims: files that were being written, and sockets. */
export async function removeLeftovers(folder: string, { nowMs, isUsed, isDead }: LeftoverRules): Promise<void> {
  for (const name of readdirSync(folder)) {
    const kind = NAME.exec(name)?.[1];
    if (kind === undefined) continue;
    const file = join(folder, name);
    try {
      if (nowMs - lstatSync(file).mtimeMs < YOUNG_MS) continue;
      if (kind === 'tmp' || (!isUsed(file) && (await isDead(file)))) unlinkSync(file);
    } catch {
      // Another process was first, or the folder cannot be written: the next sweep tries again.
    }
  }
}
