/** Wire-level emulators of cloud session services, for tests: `anysession/emulator`. */
export type { Finding, Range } from '../verify/finding.ts';
export type { ObservedPoint, Observations } from '../verify/observations.ts';
export type { PointValue } from '../verify/points/point.ts';
export type { AthenaEngine, AthenaOptions } from './athena/athena-options.ts';
export type { CallListener, CallRecord } from './call-log.ts';
export type { ResponderVersion } from './data-plane/connect-engine.ts';
export type { EngineChoice } from './data-plane/engine-choice.ts';
export type { ExpiredTokenCode } from './data-plane/gatekeeper.ts';
export type { Emulator, EmulatorUrls } from './emulator.ts';
export type { EmulatorOptions } from './emulator-options.ts';
export type { ClusterSetup, EmrOptions } from './emr/emr-options.ts';
export type { EmrStateOptions } from './aws/emr-states.ts';
export type { ApplicationSetup, EmrServerlessOptions } from './emr-serverless/emr-serverless-options.ts';
export {
  parseFault,
  transientFaults,
  type Fault,
  type FaultAim,
  type ControlFaultEffect,
  type FaultEffect,
  type BatchPacking,
  type RpcFault,
  type RpcFaultEffect,
  type RpcFaultPlace,
} from './fault.ts';
export type { GlueOptions } from './glue/glue-options.ts';
export type { FaultScript } from './fault-script.ts';
export type { RpcCode } from './grpc-status.ts';
export type { Oracle } from './oracle.ts';
export type { RateLimit } from './rate-limiter.ts';
export {
  runEmulator,
  type RunEmulatorOptions,
  type RunEmulatorEnvironment,
  type RunningEmulator,
} from './run-emulator.ts';
export { SERVICE_IDS, type BatchTruth, type CalculationTruth, type ServiceId, type SessionTruth } from './service.ts';
export type { AwsSessionOptions, SessionServiceOptions } from './session-options.ts';
export { startEmulator } from './start-emulator.ts';
