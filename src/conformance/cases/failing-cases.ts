import type { ProviderOperation } from '../../contract/operations.ts';
import type { CallContext } from '../../contract/call-context.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import { check, expectError, outcomeOf, type Outcome } from '../check.ts';
import { needsBare, needsFaults, needsLayers } from '../kit-case.ts';
import type { FaultKind } from '../subject.ts';
import type { Trial } from '../trial.ts';
import { caseNeeding, readyCaseNeeding, type ConformanceCase } from './session-case.ts';

/** The verbs that every provider has. */
const VERBS = ['start', 'describe', 'listPage', 'terminate'] as const satisfies readonly ProviderOperation[];

/** How long a call without an answer may take, milliseconds of the subject's clock. */
const ALLOWED_MS = 5_000;
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

const readyCase = readyCaseNeeding();

/** C-005 … C-007, C-009, C-034 and C-102: how calls fail. */
export const FAILING_CASES: readonly ConformanceCase[] = [
  caseNeeding()('C-005', 'a failed describe is a SessionError that names its operation', async (trial) => {
    const outcome = await outcomeOf(trial.settle(trial.provider.describe(trial.unknownHandle, trial.call())));
    check(!outcome.ok, 'describing an unknown session must fail');
    check(SessionError.is(outcome.error), `it failed with ${String(outcome.error)}, which is not a SessionError`);
    const { operation } = outcome.error;
    check(operation === 'describe', `its operation is '${operation}' and must be 'describe'`);
  }),
  ...VERBS.flatMap((verb) => [
    readyCaseNeeding(needsFaults('forbidden'))(
      'C-005',
      `a ${verb} that the service forbids fails with 'forbidden' and names its operation`,
      async (trial, handle) => {
        await trial.inject({ kind: 'forbidden', operation: verb });
        const { operation } = await trial.fails(callVerb(trial, verb, handle), 'forbidden', verb);
        check(operation === verb, `its operation is '${operation}' and must be '${verb}'`);
      },
    ),
    readyCaseNeeding(needsBare, needsFaults('unavailable'))(
      'C-006',
      `a ${verb} that fails is one request`,
      async (trial, handle) => {
        const requests = await withFault(trial, 'unavailable', verb);
        const { retry } = await trial.fails(callVerb(trial, verb, handle), 'unavailable', verb);
        check(retry === 'temporary', `its retry is '${retry}' and must be 'temporary'`);
        const made = await requests();
        check(made === 1, `it made ${made} requests; only the layers retry`);
      },
    ),
    readyCaseNeeding(needsLayers, needsFaults('unavailable'))(
      'C-102',
      `the layers retry a ${verb} that fails once, once`,
      async (trial, handle) => {
        const requests = await withFault(trial, 'unavailable', verb);
        await trial.settle(callVerb(trial, verb, handle));
        const made = await requests();
        check(made === 2, `it made ${made} requests, and one retry was needed`);
      },
    ),
    readyCaseNeeding(needsFaults('no-answer'))(
      'C-007',
      `a ${verb} that is aborted while it runs settles at once`,
      async (trial, handle) => {
        const controller = new AbortController();
        const { outcome } = await startUnanswered(trial, verb, handle, { signal: controller.signal });
        controller.abort();
        const settled = await trial.outcomeNow(outcome);
        check(settled?.ok === true, `${verb} keeps waiting after the abort`);
        const { value } = settled;
        check(!value.ok && SessionError.is(value.error, 'aborted'), `an aborted ${verb} must fail with aborted`);
      },
    ),
    readyCaseNeeding(needsFaults('no-answer'))(
      'C-009',
      `a ${verb} without an answer ends at its deadline`,
      async (trial, handle) => {
        const deadline = trial.monotonicMs + ALLOWED_MS;
        const { outcome } = await startUnanswered(trial, verb, handle, { deadline });
        await trial.pass(ALLOWED_MS);
        const settled = await trial.outcomeNow(outcome);
        check(settled?.ok === true, `${verb} keeps waiting after its deadline`);
        expectError(settled.value, 'timeout', `${verb} without an answer`);
      },
    ),
  ]),
  readyCase('C-007', 'a call that is aborted beforehand fails before any I/O', async (trial, handle) => {
    for (const verb of verbsOf(trial)) {
      const what = `an aborted ${verb}`;
      const limits = { signal: AbortSignal.abort() };
      await trial.withoutRequests(what, () => trial.failsNow(callVerb(trial, verb, handle, limits), 'aborted', what));
    }
  }),
  readyCase('C-034', 'a handle of another provider or scope is refused before any I/O', async (trial, own) => {
    for (const foreign of [{ provider: 'another-provider' }, { scope: 'another-scope' }]) {
      const handle = { ...own, ...foreign };
      for (const verb of verbsOf(trial).filter((each) => each !== 'start' && each !== 'listPage')) {
        const what = `${verb} with a handle of ${handle.provider} in ${handle.scope}`;
        await trial.withoutRequests(what, () => trial.fails(callVerb(trial, verb, handle), 'invalid-request', what));
      }
    }
  }),
];

/** Lets the next request of a verb fail. @returns how many requests of it have arrived since. */
async function withFault(
  trial: Trial,
  kind: FaultKind & ('unavailable' | 'no-answer'),
  operation: ProviderOperation,
): Promise<() => Promise<number>> {
  await trial.inject({ kind, operation });
  const before = await trial.oracle.requestCount(operation);
  return async () => (await trial.oracle.requestCount(operation)) - before;
}

/** Calls a verb that gets no answer, and waits until its request has arrived. */
async function startUnanswered(
  trial: Trial,
  verb: ProviderOperation,
  handle: SessionHandle,
  limits: Partial<CallContext>,
): Promise<{ readonly outcome: Promise<Outcome<unknown>> }> {
  const requests = await withFault(trial, 'no-answer', verb);
  const outcome = outcomeOf(callVerb(trial, verb, handle, limits));
  await trial.happens(async () => (await requests()) > 0);
  return { outcome };
}

/** Calls one verb of the provider. */
function callVerb(
  trial: Trial,
  verb: ProviderOperation,
  handle: SessionHandle,
  limits: Partial<CallContext> = {},
): Promise<unknown> {
  const { provider } = trial;
  const call = trial.call(limits);
  const verbs: Record<ProviderOperation, () => Promise<unknown> | undefined> = {
    start: () => provider.start(trial.request(), call),
    describe: () => provider.describe(handle, call),
    listPage: () => provider.listPage({}, undefined, call),
    terminate: () => provider.terminate(handle, call),
    endpoint: () => provider.endpoint?.(handle, call),
    dashboard: () => provider.dashboard?.(handle, call),
    startCalculation: () => {
      const request = { token: `calc-${'0'.repeat(32)}`, code: trial.code.short };
      return provider.calculations?.start(handle, request, call);
    },
    describeCalculation: () => provider.calculations?.describe(handle, UNKNOWN_ID, call),
    stopCalculation: () => provider.calculations?.stop(handle, UNKNOWN_ID, call),
    readCalculation: () => provider.calculations?.read?.(handle, UNKNOWN_ID, call),
    execute: () => provider.statements?.execute(handle, { id: 'statement', text: trial.sql.rows.text }, call),
  };
  return verbs[verb]() ?? Promise.reject(new Error(`the provider has no ${verb}`));
}

/** The verbs that the provider really has. */
function verbsOf({ provider }: Trial): readonly ProviderOperation[] {
  return [
    ...VERBS,
    ...(provider.endpoint ? (['endpoint'] as const) : []),
    ...(provider.dashboard ? (['dashboard'] as const) : []),
    ...(provider.statements ? (['execute'] as const) : []),
    ...(provider.calculations ? (['startCalculation', 'describeCalculation', 'stopCalculation'] as const) : []),
  ];
}
