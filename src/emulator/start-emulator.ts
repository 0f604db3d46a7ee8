import { createAthena } from './athena/athena-service.ts';
import { CallLog } from './call-log.ts';
import { answerCall } from './call-pipeline.ts';
import { answerControl, CONTROL_PREFIX } from './control-routes.ts';
import { createEmrServerless } from './emr-serverless/emr-serverless-service.ts';
import { Emulator, type EmulatorUrls } from './emulator.ts';
import { parseEmulatorOptions, type EmulatorConfig, type EmulatorOptions } from './emulator-options.ts';
import { FaultScript } from './fault-script.ts';
import { HttpServer } from './http-server.ts';
import { RateLimiter, type RateLimit } from './rate-limiter.ts';
import { SeededRandom } from './seeded-random.ts';
import type { EmulatedService, ServiceId } from './service.ts';
import { Timeline } from './timeline.ts';
import type { World } from './world.ts';

interface ServiceEntry {
  readonly url: keyof EmulatorUrls;
  readonly create: (world: World, config: EmulatorConfig) => EmulatedService;
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
};

/**
 * Starts stand-ins of the cloud services on the loopback address, each on a port of its own.
 *
 * @throws SessionError `config-invalid` when an option or a fault is wrong.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const config = parseEmulatorOptions(options);
  const timeline = new Timeline(config.clock);
  const world: World = {
    timeline,
    random: new SeededRandom(config.seed),
    region: config.region,
    accountId: config.accountId,
    startupMs: config.startupMs,
  };
  const log = new CallLog();
  // Chances are drawn from a sequence of their own, so that adding a fault does not change the ids of the sessions.
  const faults = new FaultScript(new SeededRandom(config.seed + 0.5));
  faults.add(...config.faults);
  const entries = config.services.map((id) => ({ ...SERVICES[id], id, service: SERVICES[id].create(world, config) }));
  const servers = new Map<keyof EmulatorUrls, HttpServer>();
  const emulator = new Emulator({ services: entries.map(({ service }) => service), timeline, faults, log, servers });
  try {
    for (const { id, url, service, rates } of entries) {
      const limiter = new RateLimiter(timeline, rates(config) ?? {});
      const parts = { service, timeline, random: world.random, faults, limiter, log, signature: config };
      const server = await HttpServer.listen(
        config.ports[id] ?? 0,
        (request) =>
          request.path.startsWith(CONTROL_PREFIX) ? answerControl(emulator, request) : answerCall(parts, request),
        (ms, action) => timeline.alarm(ms, action),
      );
      servers.set(url, server);
    }
  } catch (error) {
    await emulator.close();
    throw error;
  }
  return emulator;
}
