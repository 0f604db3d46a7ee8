/** Wire-level stand-ins of cloud session services, for tests: `anysession/emulator`. */
export type { AthenaEngine } from './athena/athena-engine.ts';
export type { AthenaOptions } from './athena/athena-options.ts';
export type { CallRecord } from './call-log.ts';
export type { EngineChoice } from './data-plane/engine-choice.ts';
export type { ResponderVersion } from './data-plane/responder/responder-version.ts';
export type { BatchPacking, RpcFaultEffect, RpcFaultPlace } from './data-plane/rpc-fault.ts';
export type { RpcCode } from './data-plane/rpc-status.ts';
export type { ExpiredTokenCode } from './data-plane/ticket-book.ts';
export type { SessionTruth } from './emulated-session.ts';
export type { Emulator, EmulatorUrls } from './emulator.ts';
export type { EmulatorOptions } from './emulator-options.ts';
export type { ApplicationSetup, EmrServerlessOptions } from './emr-serverless/emr-serverless-options.ts';
export {
  parseFault,
  transientFaults,
  type Fault,
  type FaultAim,
  type ControlFaultEffect,
  type FaultEffect,
  type RpcFault,
} from './fault.ts';
export type { FaultScript } from './fault-script.ts';
export type { Oracle } from './oracle.ts';
export type { RateLimit } from './rate-limiter.ts';
export {
  runEmulator,
  type RunEmulatorOptions,
  type RunEmulatorEnvironment,
  type RunningEmulator,
} from './run-emulator.ts';
export { SERVICE_IDS, type BatchTruth, type CalculationTruth, type ServiceId } from './service.ts';
export { startEmulator } from './start-emulator.ts';
