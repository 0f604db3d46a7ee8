import type { ConformanceSubject, FaultKind } from '../../../src/conformance/index.ts';
import { plugin } from '../../../providers/dataproc/plugin.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import { emulatedSubject, type EmulatedOptions } from '../athena/emulated-subject.ts';

/** The protocols of the emulated service. */
export const TRANSPORTS = ['grpc', 'rest'] as const;
type Transport = (typeof TRANSPORTS)[number];

/** The faults that the kit may ask for. */
export const FAULTS: readonly FaultKind[] = [
  'forbidden',
  'throttled',
  'unavailable',
  'no-answer',
  'lost-answer',
  'broken-start',
  'unknown-state',
];

/** Options of the provider for an emulator. */
export function optionsFor(emulator: Emulator, transport: Transport): Readonly<Record<string, unknown>> {
  const apiEndpoint = transport === 'grpc' ? emulator.urls.dataprocGrpc : emulator.urls.dataprocRest;
  return { ...OPTIONS, transport, apiEndpoint };
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

/** The provider over its emulator as a subject of the conformance kit; the emulator is the oracle. */
export function dataprocSubject(setup: {
  readonly name: string;
  readonly transport: Transport;
  readonly faults?: readonly FaultKind[];
  readonly emulator?: EmulatorOptions;
}): ConformanceSubject {
  return emulatedSubject({
    faults: FAULTS,
    ...setup,
    service: 'dataproc',
    plugin,
    options: overTransport(setup.transport),
    unknownSessionId: 'as-00000000000000000000000000aa-0',
  });
}
