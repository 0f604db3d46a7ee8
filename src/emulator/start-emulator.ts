import { createAthena } from './athena/athena-service.ts';
import { CallLog } from './call-log.ts';
import { answerCall } from './call-pipeline.ts';
import { answerControl, CONTROL_PREFIX } from './control-routes.ts';
import { DataPlane } from './data-plane/data-plane.ts';
import { createDataproc } from './dataproc/dataproc-service.ts';
import { DATAPROC_RATES } from './dataproc/dataproc-options.ts';
import { createEmrServerless } from './emr-serverless/emr-serverless-service.ts';
import { Emulator, type EmulatorServer, type EmulatorUrls } from './emulator.ts';
import { parseEmulatorOptions, type EmulatorConfig, type EmulatorOptions } from './emulator-options.ts';
import { FaultScript } from './fault-script.ts';
import { toHealthOmicsConfig } from './healthomics/healthomics-options.ts';
import { createHealthOmics } from './healthomics/healthomics-service.ts';
import { HttpServer } from './http-server.ts';
import { RateLimiter, type RateLimit } from './rate-limiter.ts';
import { ObjectStore } from './s3/object-store.ts';
import { createS3 } from './s3/s3-service.ts';
import { SeededRandom } from './seeded-random.ts';
import type { EmulatedService, Protocol, ServiceId } from './service.ts';
import { Timeline } from './timeline.ts';
import type { Delivery, WireRequest } from './wire.ts';
import type { World } from './world.ts';

interface ServiceEntry {
  readonly url: keyof EmulatorUrls;
  /** Where its gRPC is found, for a service that speaks it too. */
  readonly rpcUrl?: keyof EmulatorUrls;
  readonly create: (world: World, config: EmulatorConfig) => EmulatedService & { readonly rpc?: Protocol };
  readonly rates: (config: EmulatorConfig) => Readonly<Record<string, RateLimit>> | undefined;
}

const SERVICES: Readonly<Record<ServiceId, ServiceEntry>> = {
  athena: {
    url: 'athena',
    create: (world, config) => createAthena(world, config.athena),
    rates: (config) => config.athena.rates,
  },
  'emr-serverless': {
    url: 'emrServerless',
    create: (world, config) => createEmrServerless(world, config.emrServerless),
    rates: (config) => config.emrServerless.rates,
  },
  dataproc: {
    url: 'dataprocRest',
    rpcUrl: 'dataprocGrpc',
    create: (world, config) => createDataproc(world, config.dataproc),
    rates: (config) => ({ ...DATAPROC_RATES, ...config.dataproc.rates }),
  },
  healthomics: {
    url: 'healthomics',
    create: (world, config) => createHealthOmics(world, config.healthomics),
    rates: (config) => toHealthOmicsConfig(config.healthomics, config.startupMs).rates,
  },
  s3: { url: 's3', create: createS3, rates: () => undefined },
};

/**
 * Starts stand-ins of the cloud services on the loopback address, each on a port of its own.
 *
 * @throws SessionError `config-invalid` when an option or a fault is wrong.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const config = parseEmulatorOptions(options);
  const timeline = new Timeline(config.clock);
  const log = new CallLog();
  // Chances are drawn from a sequence of their own, so that adding a fault does not change the ids of the sessions.
  const faults = new FaultScript(new SeededRandom(config.seed + 0.5));
  faults.add(...config.faults);
  // Ids of the data plane's calls too: how often it is called is the client's choice.
  const random = new SeededRandom(config.seed + 0.25);
  const { engine, responderVersion } = config;
  const gate = { timeline, random, log, faults, engine, responderVersion };
  const connect = await DataPlane.listen(config.ports['spark-connect'] ?? 0, gate);
  const world: World = {
    timeline,
    random: new SeededRandom(config.seed),
    region: config.region,
    accountId: config.accountId,
    startupMs: config.startupMs,
    objects: new ObjectStore(),
    connect,
  };
  const entries = config.services.map((id) => ({ ...SERVICES[id], id, service: SERVICES[id].create(world, config) }));
  const servers = new Map<keyof EmulatorUrls, EmulatorServer>([['sparkConnect', connect]]);
  const emulator = new Emulator({ services: entries.map(({ service }) => service), timeline, faults, log, servers });
  const delay = (ms: number, action: () => void): void => {
    timeline.alarm(ms, action);
  };
  try {
    for (const { id, url, rpcUrl, service, rates } of entries) {
      const limiter = new RateLimiter(timeline, rates(config) ?? {});
      const parts = { service, timeline, random: world.random, faults, limiter, log, signature: config };
      const server = await HttpServer.listen(
        config.ports[id] ?? 0,
        (request) =>
          request.path.startsWith(CONTROL_PREFIX) ? answerControl(emulator, request) : answerCall(parts, request),
        delay,
      );
      servers.set(url, server);
      const { rpc } = service;
      if (rpcUrl === undefined || rpc === undefined) continue;
      const { GrpcServer } = await import('./dataproc/grpc-server.ts');
      const answerRpc = (request: WireRequest): Delivery =>
        answerCall({ ...parts, service: { ...service, protocol: rpc } }, request);
      servers.set(rpcUrl, await GrpcServer.listen(config.ports['dataproc-grpc'] ?? 0, answerRpc, delay));
    }
  } catch (error) {
    await emulator.close();
    throw error;
  }
  return emulator;
}
