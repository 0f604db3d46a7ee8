/** Spans and metrics for OpenTelemetry: `import { openTelemetry } from 'anysession/opentelemetry'`. */
export { openTelemetry, type OpenTelemetry } from './open-telemetry.ts';
