import { createAthena } from './athena/athena-service.ts';
import { CallLog } from './call-log.ts';
import { answerCall } from './call-pipeline.ts';
import { answerControl, CONTROL_PREFIX } from './control-routes.ts';
import { DataPlane } from './data-plane/data-plane.ts';
import { createDataproc } from './dataproc/dataproc-service.ts';
import { createEmr } from './emr/emr-service.ts';
import { createEmrServerless } from './emr-serverless/emr-serverless-service.ts';
import { Emulator, type EmulatorUrls } from './emulator.ts';
import { parseEmulatorOptions, type EmulatorConfig, type EmulatorOptions } from './emulator-options.ts';
import { FaultScript } from './fault-script.ts';
import { createGlue } from './glue/glue-service.ts';
import { createHealthOmics } from './healthomics/healthomics-service.ts';
import { HttpServer, type Delay, type EmulatorServer } from './loopback.ts';
import { RateLimiter } from './rate-limiter.ts';
import { ObjectStore } from './s3/object-store.ts';
import { createS3 } from './s3/s3-service.ts';
import { SeededRandom } from './seeded-random.ts';
import type { EmulatedService, Protocol, ServiceId } from './service.ts';
import { Timeline } from './timeline.ts';
import type { World } from './world.ts';

interface ServiceEntry {
  readonly url: keyof EmulatorUrls;
  /** The URL of its gRPC server, for a service that has one. */
  readonly rpcUrl?: keyof EmulatorUrls;
  /** Whether the endpoints of its sessions are WebSockets of its own server. */
  readonly bridged?: true;
  readonly create: (world: World, config: EmulatorConfig) => EmulatedService & { readonly rpc?: Protocol };
}

const SERVICES: Readonly<Record<ServiceId, ServiceEntry>> = {
  athena: { url: 'athena', create: (world, { athena }) => createAthena(world, athena) },
  'emr-serverless': {
    url: 'emrServerless',
    create: (world, config) => createEmrServerless(world, config.emrServerless),
  },
  emr: { url: 'emr', create: (world, { emr }) => createEmr(world, emr) },
  glue: { url: 'glue', create: (world, { glue }) => createGlue(world, glue) },
  dataproc: {
    url: 'dataprocRest',
    rpcUrl: 'dataprocGrpc',
    bridged: true,
    create: (world, { dataproc }) => createDataproc(world, dataproc),
  },
  healthomics: { url: 'healthomics', create: (world, { healthomics }) => createHealthOmics(world, healthomics) },
  s3: { url: 's3', create: createS3 },
};

/**
 * Starts emulators of the cloud services on the loopback address, each on its own port.
 *
 * @throws SessionError `config-invalid` when an option or a fault is wrong.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const config = parseEmulatorOptions(options);
  const timeline = new Timeline(config.clock);
  const log = new CallLog();
  // Faults and the data plane draw from sequences of their own, so that neither a fault nor a call of the data plane changes
  // the ids of the sessions.
  const faults = new FaultScript(new SeededRandom(config.seed + 0.5));
  faults.add(...config.faults);
  const gate = { ...config, timeline, random: new SeededRandom(config.seed + 0.25), log, faults };
  const connect = await DataPlane.listen(config.ports['spark-connect'] ?? 0, gate);
  const random = new SeededRandom(config.seed);
  const world: World = { ...config, timeline, random, objects: new ObjectStore(), connect };
  const entries = config.services.map((id) => ({ ...SERVICES[id], id, service: SERVICES[id].create(world, config) }));
  const servers = new Map<keyof EmulatorUrls, EmulatorServer>([['sparkConnect', connect]]);
  const emulator = new Emulator({ services: entries.map(({ service }) => service), timeline, faults, log, servers });
  const delay: Delay = (ms, action) => void timeline.alarm(ms, action);
  try {
    for (const { id, url, rpcUrl, bridged, service } of entries) {
      const limiter = new RateLimiter(timeline, service.rates ?? {});
      const parts = { service, timeline, random, faults, limiter, log, signature: config };
      const server = await HttpServer.listen(
        config.ports[id] ?? 0,
        (request) =>
          request.path.startsWith(CONTROL_PREFIX) ? answerControl(emulator, request) : answerCall(parts, request),
        delay,
        bridged === true ? connect.bridge : undefined,
      );
      servers.set(url, server);
      if (bridged === true) connect.bridgeUrl = server.url;
      const { rpc } = service;
      if (rpcUrl === undefined || rpc === undefined) continue;
      const { GrpcServer } = await import('./dataproc/grpc-server.ts');
      const rpcParts = { ...parts, service: { ...service, protocol: rpc } };
      const port = config.ports['dataproc-grpc'] ?? 0;
      servers.set(rpcUrl, await GrpcServer.listen(port, (request) => answerCall(rpcParts, request), delay));
    }
  } catch (error) {
    await emulator.close();
    throw error;
  }
  return emulator;
}
