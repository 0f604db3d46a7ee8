import type { CallContext } from './call-context.ts';
import type { Observation } from './observation.ts';
import type { ProviderOperation } from './operations.ts';
import type { Clock } from './ports.ts';

/** One thing that `anysession doctor` has found out. */
export interface Finding {
  /** What was checked, in one or two words: `workgroup`. */
  readonly check: string;
  /** `unknown` where no harmless call can show it. */
  readonly status: 'ok' | 'warning' | 'problem' | 'unknown';
  /** What was seen, in one line. */
  readonly evidence: string;
  /** The command, the option or the policy that repairs it. */
  readonly fix?: string;
}

/** A place where a session's logs are. */
export interface LogPlace {
  /** What it is and where: a bucket's address, a log group, a service. */
  readonly place: string;
  /** The command that prints them, or the page that shows them. */
  readonly command?: string;
}

/** What a provider knows about its own set-up. Nothing in it starts, changes or costs anything. */
export interface Diagnosis<Config = unknown> {
  /** The packages that its first call loads. */
  readonly packages: readonly string[];
  /** An id that the service accepts as one, and that no session has. */
  readonly unknownSessionId: string;
  /** Where its service is. */
  address?(config: Config): { readonly host: string; readonly port: number; readonly tls: boolean };
  /** The permission that each verb needs, in the spelling of the cloud's policies. */
  readonly permissions: Partial<Readonly<Record<ProviderOperation, string>>>;
  /** Reads what its sessions run in: a workgroup, an application. @throws SessionError when it cannot be read. */
  inspect?(config: Config, clock: Clock, call: CallContext): Promise<readonly Finding[]>;
  /** Where the logs of a described session are; empty when none were asked for. Makes no call. */
  logs?(seen: Observation): readonly LogPlace[];
  /** How to get logs from a session that has none. */
  readonly noLogs?: string;
}
