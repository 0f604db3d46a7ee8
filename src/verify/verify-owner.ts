import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

/** The longest part of the owner's name that fits beside the marks. */
const OWNER_LENGTH = 40;

const MARKED = /^verify_([0-9a-f]{6})_([0-9a-z]{1,7})_([a-z0-9_-]{1,40})$/;

/** Who started a session of a verification. */
export interface VerifyOwner {
  /** Identifies the host, as digits. */
  readonly host: string;
  readonly pid: number;
  /** The owner of the environment, or the beginning of the name. */
  readonly owner: string;
}

/** This process as one that verifies for an owner. */
export function thisVerifier(owner: string): VerifyOwner {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);
  return { host, pid: process.pid, owner: owner.slice(0, OWNER_LENGTH) };
}

/** The owner that every session of a verification has: lists show it, so that a later run finds what an earlier one has left. */
export function formatVerifyOwner({ host, pid, owner }: VerifyOwner): string {
  return `verify_${host}_${pid.toString(36)}_${owner}`;
}

/** Reads such an owner; `undefined` for every other one. */
export function parseVerifyOwner(text: string | undefined): VerifyOwner | undefined {
  const [, host, pid, owner] = MARKED.exec(text ?? '') ?? [];
  if (host === undefined || pid === undefined || owner === undefined) return undefined;
  return { host, pid: Number.parseInt(pid, 36), owner };
}

/** Whether a process of this host runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
