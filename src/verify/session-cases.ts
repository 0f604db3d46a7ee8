import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../contract/session-handle.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { callContext } from '../session/call-context.ts';
import { expectThat, NotRun, type CaseTrial, type VerifyCase } from './case.ts';

/** How long a list or a description may take to show a change, milliseconds. */
const VISIBLE_LIMIT_MS = 30_000;
const LOOK_AGAIN_MS = 1_000;
/** Services round idle timeouts up to minutes. */
const MINUTE_MS = 60_000;
/** Two clocks that differ by more cannot be compared, milliseconds. */
const CLOCK_TOLERANCE_MS = 2_000;

/** What a service does with sessions, apart from running work in them. */
export const SESSION_CASES: readonly VerifyCase[] = [
  {
    rule: 'C-031',
    title: 'describing an unknown session fails with not-found',
    area: 'starts',
    phase: 'before',
    run: async (trial: CaseTrial): Promise<string> => {
      const handle = unknownHandle(trial);
      const outcome = await trial.provider.describe(handle, callOf(trial)).catch((error: unknown) => error);
      if (SessionError.is(outcome) && outcome.kind !== 'not-found') throw outcome;
      expectThat(SessionError.is(outcome), 'an unknown session was described');
      return `not-found${outcome.native?.code === undefined ? '' : `, code ${outcome.native.code}`}`;
    },
  },
  {
    rule: 'C-031',
    title: 'terminating an unknown session succeeds',
    area: 'starts',
    phase: 'before',
    run: async (trial: CaseTrial): Promise<string> => {
      const seen = await trial.provider.terminate(unknownHandle(trial), callOf(trial));
      return `answered with ${seen.nativeState}`;
    },
  },
  {
    rule: 'C-010',
    title: 'a session becomes ready',
    area: 'starts',
    phase: 'start',
    run: async (trial: CaseTrial): Promise<string> => {
      const { clock, figures, signal, callCount } = trial;
      const [startedMs, callsBefore] = [clock.monotonicMs(), callCount()];
      const session = await trial.start();
      const ready = await session.whenReady({ signal });
      figures.readyMs = clock.monotonicMs() - startedMs;
      figures.callsToReady = callCount() - callsBefore;
      const noticeMs = noticeOf(ready);
      if (noticeMs !== undefined) figures.noticeMs = noticeMs;
      return `${ready.nativeState} after ${(figures.readyMs / 1_000).toFixed(1)} s and ${figures.callsToReady} calls`;
    },
  },
  {
    rule: 'C-020',
    title: 'a repeated start returns the first session',
    area: 'starts',
    phase: 'ready',
    run: async ({ evidence: { repeats, sessionId, failures } }: CaseTrial): Promise<string> => {
      if (repeats.length === 0)
        throw new NotRun(failures.get('a second start') ?? failures.get('start') ?? 'no probe has repeated a start');
      const other = repeats.find(({ value }) => value !== undefined && value !== sessionId);
      expectThat(other === undefined, `the repeated start returned another session, '${other?.value ?? ''}'`);
      const refused = repeats.find((reading) => reading.refused !== undefined)?.refused;
      expectThat(
        refused === undefined || refused.kind === 'conflict',
        `the repeated start was refused: ${refused?.message ?? ''}`,
      );
      return refused === undefined
        ? `${repeats.length} repetitions returned the same session`
        : 'refused as a conflict';
    },
  },
  {
    rule: 'C-023',
    title: 'describe returns the owner and the token',
    area: 'starts',
    phase: 'ready',
    run: async (trial: CaseTrial): Promise<string> => {
      return ownershipOf(trial, await trial.provider.describe(trial.session.handle, callOf(trial)));
    },
  },
  {
    rule: 'C-024',
    title: 'the requested idle timeout applies',
    area: 'starts',
    phase: 'ready',
    run: async (trial: CaseTrial): Promise<string> => {
      const { details } = await trial.provider.describe(trial.session.handle, callOf(trial));
      const { idleTimeoutMs } = details;
      if (idleTimeoutMs === undefined) throw new NotRun('the service does not report the idle timeout');
      const { idleTimeoutMs: asked } = trial;
      expectThat(
        idleTimeoutMs >= asked && idleTimeoutMs - asked < MINUTE_MS,
        `${asked / 1_000} s were requested and ${idleTimeoutMs / 1_000} s apply`,
      );
      return `${asked / 1_000} s requested, ${idleTimeoutMs / 1_000} s apply`;
    },
  },
  {
    rule: 'C-024',
    title: 'an idle session is ended after its idle timeout',
    area: 'starts',
    phase: 'before',
    isLong: true,
    run: async ({ evidence: { long, failures } }: CaseTrial): Promise<string> => {
      if (long.idle === undefined) throw new NotRun(failures.get('an idle session') ?? 'no session was left idle');
      const { askedMs, tookMs } = long.idle;
      const took = `it ended after ${Math.floor(tookMs.atLeastMs / 1_000)} to ${Math.ceil(tookMs.atMostMs / 1_000)} s`;
      expectThat(tookMs.atMostMs >= askedMs, `${askedMs / 1_000} s were requested, and ${took}`);
      return `${askedMs / 1_000} s requested; ${took}`;
    },
  },
  {
    rule: 'C-023',
    title: 'the list returns the owner and the token',
    area: 'lists',
    phase: 'ready',
    run: async (trial: CaseTrial): Promise<string> => ownershipOf(trial, await listed(trial, {})),
  },
  {
    rule: 'C-041',
    title: 'a listed session has the state that describe returns',
    area: 'lists',
    phase: 'ready',
    run: async (trial: CaseTrial): Promise<string> => {
      const { provider, session } = trial;
      const inList = await listed(trial, {});
      const described = await provider.describe(session.handle, callOf(trial));
      expectThat(
        inList.state === described.state || inList.readyWithEndpoint === true,
        `the list shows ${inList.nativeState}, and describe ${described.nativeState}`,
      );
      return `${inList.nativeState} in both`;
    },
  },
  {
    rule: 'C-042',
    title: 'a list filtered by state or label keeps the session',
    area: 'lists',
    phase: 'ready',
    lacks: ({ listFilters }) => (listFilters.length === 0 ? 'the service filters no lists' : undefined),
    run: async (trial: CaseTrial): Promise<string> => {
      const { listFilters } = trial.provider.capabilities;
      const filters = {
        states: { states: ['ready', 'busy'] },
        labels: { labels: trial.session.status.details.labels ?? {} },
        createdAfterMs: { createdAfterMs: trial.clock.nowMs() - 86_400_000 },
      } as const;
      for (const field of listFilters) await listed(trial, filters[field]);
      return `filtered by ${listFilters.join(', ')}`;
    },
  },
  {
    rule: 'C-032',
    title: 'a terminated session ends',
    area: 'starts',
    phase: 'end',
    run: async ({ session, signal }: CaseTrial): Promise<string> => {
      const { nativeState } = await session.terminate({ signal, wait: true });
      return nativeState;
    },
  },
  {
    rule: 'C-030',
    title: 'terminating twice succeeds',
    area: 'starts',
    phase: 'end',
    run: async (trial: CaseTrial): Promise<string> => {
      const { nativeState } = await trial.provider.terminate(trial.session.handle, callOf(trial));
      return nativeState;
    },
  },
];

function unknownHandle({ provider, unknownId }: Pick<CaseTrial, 'provider' | 'unknownId'>): SessionHandle {
  if (unknownId === undefined) throw new NotRun('no id is known that no session has');
  return { v: HANDLE_VERSION, provider: provider.id, scope: provider.scope, id: unknownId };
}

function callOf({ clock, signal }: Pick<CaseTrial, 'clock' | 'signal'>): ReturnType<typeof callContext> {
  return callContext(clock, { signal });
}

/** How late a state was seen, by this machine's clock where it agrees with the service's. */
function noticeOf({ observedAtMs, serviceTimeMs = Number.NaN, sinceMs, details }: Observation): number | undefined {
  // Athena's CREATED is ready with an endpoint, and has the time of the creation only.
  if (sinceMs === details.createdAtMs) return undefined;
  if (sinceMs === undefined || !(Math.abs(serviceTimeMs - observedAtMs) < CLOCK_TOLERANCE_MS)) return undefined;
  return Math.max(0, observedAtMs - sinceMs);
}

function ownershipOf({ owner }: CaseTrial, { details: { ownership } }: Observation): string {
  expectThat(ownership?.owner === owner, `the owner is '${ownership?.owner ?? ''}' instead of '${owner}'`);
  return `owner ${owner}, token ${ownership.token}`;
}

/** The session in the list; lists may show it late. */
async function listed(
  { sessions, session, clock, signal }: CaseTrial,
  filter: Parameters<CaseTrial['sessions']['list']>[0],
): Promise<Observation> {
  const endMs = clock.monotonicMs() + VISIBLE_LIMIT_MS;
  for (;;) {
    for await (const seen of sessions.list({ ...filter, signal }))
      if (seen.handle.id === session.handle.id) return seen;
    expectThat(clock.monotonicMs() < endMs, `no list has shown the session within ${VISIBLE_LIMIT_MS / 1_000} s`);
    await sleep(clock, LOOK_AGAIN_MS, signal);
  }
}
