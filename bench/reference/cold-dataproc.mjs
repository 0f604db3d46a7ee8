// Process start to the first answered look at a session, with Google's own client.
import { SessionControllerClient } from '@google-cloud/dataproc';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';

const { hostname, port } = new URL(process.env.BENCH_DATAPROC);
const client = new SessionControllerClient({
  apiEndpoint: hostname,
  port: Number(port),
  sslCreds: credentials.createInsecure(),
  authClient: new PassThroughClient(),
});
const name = 'projects/bench-project/locations/us-central1/sessions/bench-session';
const [{ state }] = await client.getSession({ name });
console.log(state);
await client.close();
