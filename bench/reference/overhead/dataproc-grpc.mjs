// Describes a session with Google's own client over gRPC, as its documentation shows it.
import { SessionControllerClient } from '@google-cloud/dataproc';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { answerMeasurements } from './measured-calls.mjs';

const { hostname, port } = new URL(process.argv[2]);
const client = new SessionControllerClient({
  apiEndpoint: hostname,
  port: Number(port),
  sslCreds: credentials.createInsecure(),
  authClient: new PassThroughClient(),
});
const name = 'projects/bench-project/locations/us-central1/sessions/bench-session';

await answerMeasurements(() => client.getSession({ name }));
await client.close();
