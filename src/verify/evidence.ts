import type { Observation } from '../contract/observation.ts';
import type { SeenEndpoint } from '../contract/service-probe.ts';
import type { SessionError } from '../contract/session-error.ts';
import type { Range } from './finding.ts';

/** As many answers must agree before they count: a fault may change one of them. */
export const AGREEING_ANSWERS = 2;

/** When a call was under way, on the monotonic clock, milliseconds: the service has answered somewhere between. */
export interface Interval {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** One answer of a service: what it said, or how it refused. */
export type Reading<T> = Interval &
  (
    { readonly value: T; readonly refused?: undefined } | { readonly refused: SessionError; readonly value?: undefined }
  );

/** What a probe does; a step that failed names it. */
export type Step =
  | 'start'
  | 'describe'
  | 'list'
  | 'endpoint'
  | 'terminate'
  | 'a second start'
  | 'an unknown session'
  | 'terminate of an unknown session'
  | 'the list of ended sessions'
  | 'a calculation'
  | 'an idle session'
  | 'a late start'
  | 'an expired token';

/** What was seen of the sessions of `--long`. */
export class LongEvidence {
  /** The start of the session that was left idle. */
  started: Interval | undefined;
  /** The idle timeout that it asked for, and how long it was idle. */
  idle: { readonly askedMs: number; readonly tookMs: Range } | undefined;
  /** The session has ended between the first time and the second one. */
  ended: Interval | undefined;
  /** Whether the ended session could be described, and whether its repeated start returned it. */
  readonly records: Reading<boolean>[] = [];
  readonly repeats: Reading<boolean>[] = [];
  /** The gRPC statuses of calls with an expired endpoint token. */
  readonly expiredStatuses: string[] = [];
}

/** Everything that the probes saw of one session, in the order of the calls. */
export class Evidence {
  sessionId: string | undefined;
  /** From the first attempt to the answer that succeeded. */
  started: Interval | undefined;
  terminated: Interval | undefined;
  readonly unknowns: Reading<unknown>[] = [];
  readonly unknownTerminates: Reading<unknown>[] = [];
  /** Repetitions of the start with the same parameters, and with others: the ids in the answers. */
  readonly repeats: Reading<string>[] = [];
  readonly clashes: Reading<string>[] = [];
  readonly describes: Reading<Observation>[] = [];
  /** Whether the list of live sessions had the session. */
  readonly lists: Reading<boolean>[] = [];
  readonly endpoints: Reading<SeenEndpoint>[] = [];
  /** After the end: terminating it again, describing it, and whether the list of ended sessions had it. */
  readonly endedTerminates: Reading<unknown>[] = [];
  readonly endedDescribes: Reading<Observation>[] = [];
  readonly endedLists: Reading<boolean>[] = [];
  /** The last native state of a calculation whose session was terminated. */
  orphanState: string | undefined;
  /** What was seen with `--long`. */
  readonly long = new LongEvidence();
  /** Why a step gave no answer that counts. */
  readonly failures = new Map<Step, string>();

  /** The descriptions of the session that its service gave while it had not ended, with a state that is known. */
  get seen(): readonly (Interval & { readonly value: Observation })[] {
    return this.describes.flatMap((reading) =>
      reading.value?.state === undefined
        ? []
        : [{ sentMs: reading.sentMs, receivedMs: reading.receivedMs, value: reading.value }],
    );
  }

  /** Whether it was ready, and ended only after it was terminated here. */
  get isWhole(): boolean {
    const { terminated } = this;
    return (
      this.seen.some(({ value }) => value.state === 'ready') &&
      !this.seen.some(({ value, sentMs }) => isOver(value) && sentMs < (terminated?.sentMs ?? Number.POSITIVE_INFINITY))
    );
  }
}

/** Whether a session takes no work any more. */
export function isOver({ state, final }: Observation): boolean {
  return final || state === 'terminated' || state === 'failed';
}
