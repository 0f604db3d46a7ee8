import type { ProviderOperation } from '../../contract/operations.ts';
import type { CallContext } from '../../contract/call-context.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import {
  allOf,
  check,
  defineCase,
  needsBare,
  needsFaults,
  needsLayers,
  type ConformanceCase,
} from '../conformance-case.ts';
import { expectError, outcomeOf } from '../outcome.ts';
import type { Trial } from '../trial.ts';

/** The verbs that every provider has. */
const VERBS = ['start', 'describe', 'listPage', 'terminate'] as const satisfies readonly ProviderOperation[];

/** Calls one verb of the provider. */
function callVerb(
  trial: Trial,
  verb: ProviderOperation,
  handle: SessionHandle,
  limits: Partial<CallContext> = {},
): Promise<unknown> {
  const { provider } = trial;
  const call = trial.call(limits);
  switch (verb) {
    case 'start':
      return provider.start(trial.request(), call);
    case 'describe':
      return provider.describe(handle, call);
    case 'listPage':
      return provider.listPage({}, undefined, call);
    case 'terminate':
      return provider.terminate(handle, call);
    case 'endpoint':
    case 'dashboard':
      return provider[verb]?.(handle, call) ?? Promise.reject(new Error(`the provider has no ${verb}`));
    case 'startCalculation': {
      const request = { token: `calc-${'0'.repeat(32)}`, code: trial.code.short };
      return provider.calculations?.start(handle, request, call) ?? Promise.reject(noCalculations());
    }
    case 'describeCalculation':
      return provider.calculations?.describe(handle, UNKNOWN_ID, call) ?? Promise.reject(noCalculations());
    case 'stopCalculation':
      return provider.calculations?.stop(handle, UNKNOWN_ID, call) ?? Promise.reject(noCalculations());
    case 'execute': {
      const request = { id: 'statement', text: trial.sql.rows.text };
      return (
        provider.statements?.execute(handle, request, call) ??
        Promise.reject(new Error('the provider has no statements'))
      );
    }
  }
}

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

const noCalculations = (): Error => new Error('the provider has no calculations');

/** How long a call that gets no answer is given, milliseconds of the subject's clock. */
const ALLOWED_MS = 5_000;

/** All verbs that the provider really has. */
function verbsOf({ provider }: Trial): readonly ProviderOperation[] {
  const optional = [
    ...(provider.endpoint === undefined ? [] : (['endpoint'] as const)),
    ...(provider.dashboard === undefined ? [] : (['dashboard'] as const)),
    ...(provider.statements === undefined ? [] : (['execute'] as const)),
    ...(provider.calculations === undefined
      ? []
      : (['startCalculation', 'describeCalculation', 'stopCalculation'] as const)),
  ];
  return [...VERBS, ...optional];
}

/** C-005 … C-007, C-009 and C-034: how calls fail. */
export const FAILING_CASES: readonly ConformanceCase[] = [
  defineCase({
    rule: 'C-005',
    title: 'a failed describe is a SessionError that names its operation',
    run: async (trial) => {
      const outcome = await outcomeOf(trial.settle(trial.provider.describe(trial.unknownHandle, trial.call())));
      check(!outcome.ok, 'describing an unknown session must fail');
      check(SessionError.is(outcome.error), `it failed with ${String(outcome.error)}, which is no SessionError`);
      check(
        outcome.error.operation === 'describe',
        `its operation is '${outcome.error.operation}' and must be 'describe'`,
      );
    },
  }),
  ...VERBS.map((verb): ConformanceCase => ({
    rule: 'C-005',
    title: `a ${verb} that the service forbids fails with 'forbidden' and names its operation`,
    lacks: needsFaults('forbidden'),
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.inject({ kind: 'forbidden', operation: verb });
      const error = await trial.fails(callVerb(trial, verb, handle), 'forbidden', verb);
      check(error.operation === verb, `its operation is '${error.operation}' and must be '${verb}'`);
    },
  })),
  ...VERBS.map((verb): ConformanceCase => ({
    rule: 'C-006',
    title: `a ${verb} that fails is one request`,
    lacks: allOf(needsBare, needsFaults('unavailable')),
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.inject({ kind: 'unavailable', operation: verb });
      const before = await trial.oracle.requestCount(verb);
      const error = await trial.fails(callVerb(trial, verb, handle), 'unavailable', verb);
      check(error.retry === 'temporary', `its retry is '${error.retry}' and must be 'temporary'`);
      const requests = (await trial.oracle.requestCount(verb)) - before;
      check(requests === 1, `it made ${requests} requests; retrying belongs to the layers`);
    },
  })),
  ...VERBS.map((verb): ConformanceCase => ({
    rule: 'C-102',
    title: `a ${verb} that fails once is repeated by the layers, once`,
    lacks: allOf(needsLayers, needsFaults('unavailable')),
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.inject({ kind: 'unavailable', operation: verb });
      const before = await trial.oracle.requestCount(verb);
      await trial.settle(callVerb(trial, verb, handle));
      const requests = (await trial.oracle.requestCount(verb)) - before;
      check(requests === 2, `it made ${requests} requests where one repetition was needed`);
    },
  })),
  defineCase({
    rule: 'C-007',
    title: 'a call that is aborted beforehand fails before any I/O',
    run: async (trial) => {
      const handle = await trial.startReady();
      for (const verb of verbsOf(trial)) {
        await trial.withoutRequests(`an aborted ${verb}`, () =>
          trial.failsNow(
            callVerb(trial, verb, handle, { signal: AbortSignal.abort() }),
            'aborted',
            `an aborted ${verb}`,
          ),
        );
      }
    },
  }),
  ...VERBS.map((verb): ConformanceCase => ({
    rule: 'C-007',
    title: `a ${verb} that is aborted under way settles at once`,
    lacks: needsFaults('no-answer'),
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.inject({ kind: 'no-answer', operation: verb });
      const controller = new AbortController();
      const before = await trial.oracle.requestCount(verb);
      const outcome = outcomeOf(callVerb(trial, verb, handle, { signal: controller.signal }));
      await trial.happens(async () => (await trial.oracle.requestCount(verb)) > before);
      controller.abort();
      const settled = await trial.outcomeNow(outcome);
      check(settled?.ok === true, `${verb} goes on waiting after the abort`);
      const { value } = settled;
      check(!value.ok && SessionError.is(value.error, 'aborted'), `an aborted ${verb} must fail with aborted`);
    },
  })),
  ...VERBS.map((verb): ConformanceCase => ({
    rule: 'C-009',
    title: `a ${verb} without an answer ends at its deadline`,
    lacks: needsFaults('no-answer'),
    run: async (trial) => {
      const handle = await trial.startReady();
      await trial.inject({ kind: 'no-answer', operation: verb });
      const before = await trial.oracle.requestCount(verb);
      const deadline = trial.monotonicMs + ALLOWED_MS;
      const outcome = outcomeOf(callVerb(trial, verb, handle, { deadline }));
      await trial.happens(async () => (await trial.oracle.requestCount(verb)) > before);
      await trial.pass(ALLOWED_MS);
      const settled = await trial.outcomeNow(outcome);
      check(settled?.ok === true, `${verb} goes on waiting after its deadline`);
      expectError(settled.value, 'timeout', `${verb} without an answer`);
    },
  })),
  defineCase({
    rule: 'C-034',
    title: 'a handle of another provider or scope is refused before any I/O',
    run: async (trial) => {
      const own = await trial.startReady();
      for (const foreign of [{ provider: 'somebody-else' }, { scope: 'somewhere-else' }]) {
        const handle = { ...own, ...foreign };
        for (const verb of verbsOf(trial)) {
          if (verb === 'start' || verb === 'listPage') continue;
          const what = `${verb} with a handle of ${handle.provider} in ${handle.scope}`;
          await trial.withoutRequests(what, () => trial.fails(callVerb(trial, verb, handle), 'invalid-request', what));
        }
      }
    },
  }),
];
