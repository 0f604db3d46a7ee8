import { plugin } from '../../../providers/dataproc/plugin.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { FAULTS, type EmulatedOptions, type EmulatedSetup } from '../athena/emulated-subject.ts';

/** The protocols of the emulated service. */
export const TRANSPORTS = ['grpc', 'rest'] as const;
type Transport = (typeof TRANSPORTS)[number];

/** Options of the provider for an emulator. */
export function optionsFor(emulator: Emulator, transport: Transport): Readonly<Record<string, unknown>> {
  const endpoint = transport === 'grpc' ? emulator.urls.dataprocGrpc : emulator.urls.dataprocRest;
  return { ...OPTIONS, transport, endpoint };
}

/** Options that every test starts from. */
export const OPTIONS = {
  project: 'emulated-project',
  region: 'us-central1',
  readsPerSecond: 1_000,
  writesPerSecond: 1_000,
} as const;

/** The same, or the options of a provider without an emulator. */
export const overTransport =
  (transport: Transport): EmulatedOptions =>
  (emulator) =>
    emulator === undefined ? OPTIONS : optionsFor(emulator, transport);

/** The provider over one transport, for the conformance kit. */
export function dataprocSetup(transport: Transport): EmulatedSetup {
  return {
    service: 'dataproc',
    plugin,
    name: `dataproc over ${transport}`,
    options: overTransport(transport),
    faults: FAULTS,
    unknownSessionId: 'as-00000000000000000000000000aa-0',
  };
}
