import type { CallContext } from '../../contract/call-context.ts';
import type { SessionProvider } from '../../contract/session-provider.ts';
import { hideSecrets } from '../../provider-kit/hide-secrets.ts';
import { concealingStart } from './conceal-start.ts';
import { composeLayers, type Invocation, type Layer, type Next } from './layer.ts';

/** The same provider with layers around each verb; optional members are present exactly when the adapter has them. */
export function layeredProvider(adapter: SessionProvider, layers: readonly Layer[]): SessionProvider {
  const around = composeLayers(layers);
  // Members are written out: one shape for all verbs, and no copy by spread, which cost a tenth of all layers.
  const invoke = <Answer>(
    { operation, handle, input, request, filter }: Omit<Invocation, 'provider' | 'span'>,
    call: CallContext,
    run: Next<Answer>,
  ): Promise<Answer> =>
    around({ operation, provider: adapter, handle, input, request, filter, span: undefined }, call, run);

  const { statements, calculations } = adapter;
  const readOutput = calculations?.read?.bind(calculations);
  const endpoint = adapter.endpoint?.bind(adapter);
  const dashboard = adapter.dashboard?.bind(adapter);
  return {
    id: adapter.id,
    scope: adapter.scope,
    capabilities: adapter.capabilities,
    start: (request, call) =>
      invoke({ operation: 'start', request, input: request }, call, (c) =>
        concealingStart(request, () => adapter.start(request, c)),
      ),
    describe: (handle, call) => invoke({ operation: 'describe', handle }, call, (c) => adapter.describe(handle, c)),
    listPage: (filter, cursor, call) =>
      invoke({ operation: 'listPage', filter, input: filter }, call, (c) => adapter.listPage(filter, cursor, c)),
    terminate: (handle, call) => invoke({ operation: 'terminate', handle }, call, (c) => adapter.terminate(handle, c)),
    close: () => adapter.close(),
    ...(endpoint && {
      endpoint: async (handle, call) => {
        const answer = await invoke({ operation: 'endpoint', handle }, call, (c) => endpoint(handle, c));
        return hideSecrets(answer, (path) => path.startsWith('.metadata.'));
      },
    }),
    ...(dashboard && {
      dashboard: (handle, call) => invoke({ operation: 'dashboard', handle }, call, (c) => dashboard(handle, c)),
    }),
    ...(calculations && {
      calculations: {
        start: (handle, request, call) =>
          invoke({ operation: 'startCalculation', handle }, call, (c) => calculations.start(handle, request, c)),
        describe: (handle, id, call) =>
          invoke({ operation: 'describeCalculation', handle }, call, (c) => calculations.describe(handle, id, c)),
        stop: (handle, id, call) =>
          invoke({ operation: 'stopCalculation', handle }, call, (c) => calculations.stop(handle, id, c)),
        ...(readOutput && {
          read: (handle, uri, call) =>
            invoke({ operation: 'readCalculation', handle }, call, (c) => readOutput(handle, uri, c)),
        }),
      },
    }),
    ...(statements && {
      statements: {
        execute: (handle, request, call) =>
          invoke({ operation: 'execute', handle }, call, (c) => statements.execute(handle, request, c)),
        progress: (handle, statementId) => statements.progress(handle, statementId),
      },
    }),
  };
}
