import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where a process runs. A socket shows whether a process lives only to processes of the same boot and namespace. */
export interface HostIdentity {
  readonly host: string;
  /** Changes when the machine starts again; empty where the system has none. */
  readonly bootId: string;
  /** Differs between containers on one machine; empty where the system has none. */
  readonly pidNamespace: string;
}

/** The identity of this process. @see https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html, random/boot_id (read 2026-11-30) */
export function hostIdentity(): HostIdentity {
  return {
    host: hostname(),
    bootId: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** Whether two processes can reach each other's sockets, as far as their identities show. */
export function isSamePlace(one: HostIdentity, other: HostIdentity): boolean {
  return one.host === other.host && one.bootId === other.bootId && one.pidNamespace === other.pidNamespace;
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
