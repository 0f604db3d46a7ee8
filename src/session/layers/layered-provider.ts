import type { SessionProvider } from '../../contract/session-provider.ts';
import { hideSecrets } from '../../provider-kit/hide-secrets.ts';
import { NO_SPAN } from '../traced.ts';
import { concealingStart } from './conceal-start.ts';
import { composeLayers, type Invocation, type Layer } from './layer.ts';

/** The same provider with layers around each verb; optional members are present exactly when the adapter has them. */
export function layeredProvider(adapter: SessionProvider, layers: readonly Layer[]): SessionProvider {
  const around = composeLayers(layers);
  const invoke = <Answer>(
    invocation: Omit<Invocation, 'provider' | 'span'>,
    run: (invocation: Invocation) => Promise<Answer>,
  ): Promise<Answer> => around({ ...invocation, provider: adapter, span: NO_SPAN }, run);

  const { statements, calculations } = adapter;
  const readOutput = calculations?.read?.bind(calculations);
  const endpoint = adapter.endpoint?.bind(adapter);
  const dashboard = adapter.dashboard?.bind(adapter);
  return {
    id: adapter.id,
    scope: adapter.scope,
    capabilities: adapter.capabilities,
    start: (request, call) =>
      invoke({ operation: 'start', request, input: request, call }, (i) =>
        concealingStart(request, () => adapter.start(request, i.call)),
      ),
    describe: (handle, call) =>
      invoke({ operation: 'describe', handle, call }, (i) => adapter.describe(handle, i.call)),
    listPage: (filter, cursor, call) =>
      invoke({ operation: 'listPage', filter, input: filter, call }, (i) => adapter.listPage(filter, cursor, i.call)),
    terminate: (handle, call) =>
      invoke({ operation: 'terminate', handle, call }, (i) => adapter.terminate(handle, i.call)),
    close: () => adapter.close(),
    ...(endpoint && {
      endpoint: async (handle, call) => {
        const answer = await invoke({ operation: 'endpoint', handle, call }, (i) => endpoint(handle, i.call));
        return hideSecrets(answer, (path) => path.startsWith('.metadata.'));
      },
    }),
    ...(dashboard && {
      dashboard: (handle, call) => invoke({ operation: 'dashboard', handle, call }, (i) => dashboard(handle, i.call)),
    }),
    ...(calculations && {
      calculations: {
        start: (handle, request, call) =>
          invoke({ operation: 'startCalculation', handle, call }, (i) => calculations.start(handle, request, i.call)),
        describe: (handle, id, call) =>
          invoke({ operation: 'describeCalculation', handle, call }, (i) => calculations.describe(handle, id, i.call)),
        stop: (handle, id, call) =>
          invoke({ operation: 'stopCalculation', handle, call }, (i) => calculations.stop(handle, id, i.call)),
        ...(readOutput && {
          read: (handle, uri, call) =>
            invoke({ operation: 'readCalculation', handle, call }, (i) => readOutput(handle, uri, i.call)),
        }),
      },
    }),
    ...(statements && {
      statements: {
        execute: (handle, request, call) =>
          invoke({ operation: 'execute', handle, call }, (i) => statements.execute(handle, request, i.call)),
        progress: (handle, statementId) => statements.progress(handle, statementId),
      },
    }),
  };
}
