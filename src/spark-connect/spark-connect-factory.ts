import type { EndpointSource, SparkConnectFactory, SparkConnectRunner } from '../contract/spark-connect.ts';
import type { ConnectRunner, ConnectRunnerPorts } from './connect-runner.ts';

/** Makes a factory of runners. Neither loads the client before the first statement. */
export function sparkConnectFactory(ports: ConnectRunnerPorts): SparkConnectFactory {
  return (endpointOf) => lazyRunner(endpointOf, ports);
}

function lazyRunner(endpointOf: EndpointSource, ports: ConnectRunnerPorts): SparkConnectRunner {
  let loading: Promise<ConnectRunner> | undefined;
  let loaded: ConnectRunner | undefined;
  const load = (): Promise<ConnectRunner> => {
    loading ??= import('./connect-runner.ts').then(({ ConnectRunner }) => {
      loaded = new ConnectRunner(endpointOf, ports);
      return loaded;
    });
    return loading;
  };
  return {
    execute: async (handle, request, call) => (await load()).execute(handle, request, call),
    progress: (handle, statementId) => loaded?.progress(handle, statementId),
    connect: async (handle, call) => (await load()).connect(handle, call),
    settings: async (handle, call) => (await load()).settings(handle, call),
    release: async (handle) => loaded?.release(handle),
    close: async () => loaded?.close(),
  };
}
