import type { Agent, AgentOptions } from 'node:http';
import { proxyFor, type Proxy, type ProxyTarget } from './proxy.ts';
import { ProxyFailure } from './proxy-failure.ts';

/** The pools of connections through proxies. Without a proxy they load nothing. */
export class ProxyAgents {
  readonly #pool: AgentOptions;
  readonly #agents = new Map<string, Promise<Agent>>();

  /** @param pool - the options of each pool */
  constructor(pool: AgentOptions) {
    this.#pool = pool;
  }

  /** The agent for a target; `undefined` where no proxy is used. @throws SessionError `config-invalid` for an invalid variable. */
  agentFor(target: ProxyTarget): Promise<Agent> | undefined {
    const proxy = proxyFor(target);
    if (proxy === undefined) return undefined;
    const key = JSON.stringify([proxy.address, proxy.headers()]);
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const agent = openAgent(proxy, this.#pool);
    this.#agents.set(key, agent);
    return agent;
  }

  /** Closes the connections that no request uses. */
  dropIdle(): void {
    this.#forEach(({ freeSockets }) => {
      for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    });
  }

  destroy(): void {
    this.#forEach((agent) => agent.destroy());
    this.#agents.clear();
  }

  #forEach(work: (agent: Agent) => void): void {
    for (const agent of this.#agents.values()) agent.then(work, () => {});
  }
}

async function openAgent(proxy: Proxy, pool: AgentOptions): Promise<Agent> {
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  // Without the password, which the library writes into its debug log.
  const agent = new HttpsProxyAgent(proxy.address, { ...pool, headers: () => ({ ...proxy.headers() }) });
  const connect = agent.connect.bind(agent);
  agent.connect = async (request, options) => {
    const { host = '', port } = options;
    // The library would pass the proxy's answer on as that of the target.
    request.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
      if (statusCode !== 200) request.destroy(ProxyFailure.answered(statusCode, proxy, { host, port }));
    });
    try {
      return await connect(request, options);
    } catch (cause) {
      throw ProxyFailure.unreachable(proxy, cause instanceof Error ? cause.message : String(cause));
    }
  };
  return agent;
}
