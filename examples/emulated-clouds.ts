import { startEmulator, type EmulatorOptions } from 'anysession/emulator';

/**
 * Starts emulators of the cloud services in this process and configures the SDK clients to use them, as you would
 * with the addresses that `npx anysession emulate` prints. Nothing here reaches a real account.
 */
export async function emulateClouds(options: EmulatorOptions = {}): Promise<AsyncDisposable> {
  const emulator = await startEmulator({ startupMs: 1_000, ...options });
  process.env['AWS_ENDPOINT_URL_ATHENA'] = emulator.urls.athena;
  process.env['AWS_ENDPOINT_URL_EMR_SERVERLESS'] = emulator.urls.emrServerless;
  process.env['AWS_ENDPOINT_URL_EMR'] = emulator.urls.emr;
  process.env['AWS_ENDPOINT_URL_GLUE'] = emulator.urls.glue;
  process.env['GOOGLE_CLOUD_DATAPROC_API_ENDPOINT'] = emulator.urls.dataprocGrpc;
  process.env['AWS_ENDPOINT_URL_OMICS'] = emulator.urls.healthomics;
  process.env['AWS_ENDPOINT_URL_S3'] = emulator.urls.s3;
  process.env['AWS_ACCESS_KEY_ID'] ??= 'emulated';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'emulated';
  return emulator;
}
