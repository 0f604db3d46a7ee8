// Waiting for sessions with the services' own clients: each session is described every two seconds until it is ready.
import { AthenaClient, GetSessionStatusCommand, StartSessionCommand } from '@aws-sdk/client-athena';
import {
  EMRClient,
  GetSessionCommand as GetEmrSessionCommand,
  StartSessionCommand as StartOnClusterCommand,
} from '@aws-sdk/client-emr';
import {
  EMRServerlessClient,
  GetSessionCommand,
  StartSessionCommand as StartEmrSessionCommand,
} from '@aws-sdk/client-emr-serverless';
import { CreateSessionCommand, GetSessionCommand as GetGlueSessionCommand, GlueClient } from '@aws-sdk/client-glue';
import { SessionControllerClient } from '@google-cloud/dataproc';
import { credentials as grpc } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';

const PAUSE_MS = 2_000;
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** Starts a session; resolves with its id and with a function that polls it once and tells whether it is ready. */
const CLOUDS = {
  athena({ url, workgroup }) {
    const client = new AthenaClient({ region: 'us-east-1', endpoint: url, credentials });
    return {
      async start(index) {
        const token = `naive-${String(index).padStart(32, '0')}`;
        const input = { WorkGroup: workgroup, ClientRequestToken: token, EngineConfiguration: {} };
        const { SessionId } = await client.send(new StartSessionCommand(input));
        return SessionId;
      },
      async isReady(SessionId) {
        const { Status } = await client.send(new GetSessionStatusCommand({ SessionId }));
        return Status.State === 'IDLE';
      },
      close: () => client.destroy(),
    };
  },
  'emr-serverless'({ url, applicationId }) {
    const client = new EMRServerlessClient({ region: 'us-east-1', endpoint: url, credentials });
    return {
      async start(index) {
        const executionRoleArn = 'arn:aws:iam::123456789012:role/spark';
        const input = { applicationId, clientToken: `naive-${index}`, executionRoleArn };
        return (await client.send(new StartEmrSessionCommand(input))).sessionId;
      },
      async isReady(sessionId) {
        const { session } = await client.send(new GetSessionCommand({ applicationId, sessionId }));
        return session.state === 'STARTED' || session.state === 'IDLE';
      },
      close: () => client.destroy(),
    };
  },
  'emr-ec2'({ url, clusterId: ClusterId }) {
    const client = new EMRClient({ region: 'us-east-1', endpoint: url, credentials });
    return {
      async start(index) {
        const input = { ClusterId, Name: `naive ${index}`, ClientRequestToken: `naive-${index}` };
        return (await client.send(new StartOnClusterCommand(input))).Id;
      },
      async isReady(SessionId) {
        const { Session } = await client.send(new GetEmrSessionCommand({ ClusterId, SessionId }));
        return Session.State === 'STARTED' || Session.State === 'IDLE';
      },
      close: () => client.destroy(),
    };
  },
  glue({ url, role: Role }) {
    const client = new GlueClient({ region: 'us-east-1', endpoint: url, credentials });
    return {
      async start(index) {
        const Command = { Name: 'glueetl', PythonVersion: '3' };
        const input = { Id: `naive-${index}`, Role, Command, SessionType: 'SPARK_CONNECT', GlueVersion: '5.0' };
        return (await client.send(new CreateSessionCommand(input))).Session.Id;
      },
      async isReady(Id) {
        const { Session } = await client.send(new GetGlueSessionCommand({ Id }));
        return Session.Status === 'READY';
      },
      close: () => client.destroy(),
    };
  },
  dataproc({ url, parent }) {
    const { hostname, port } = new URL(url);
    const client = new SessionControllerClient({
      apiEndpoint: hostname,
      port: Number(port),
      sslCreds: grpc.createInsecure(),
      authClient: new PassThroughClient(),
    });
    return {
      async start(index) {
        const sessionId = `naive-${index}`;
        const name = `${parent}/sessions/${sessionId}`;
        await client.createSession({ parent, sessionId, session: { name, sparkConnectSession: {} } });
        return sessionId;
      },
      async isReady(sessionId) {
        const [session] = await client.getSession({ name: `${parent}/sessions/${sessionId}` });
        return session.state === 'ACTIVE';
      },
      close: () => client.close(),
    };
  },
};

/**
 * @param {keyof typeof CLOUDS} cloud
 * @param {{ place: object, count: number, sleep: (ms: number) => Promise<void>, call: (request: () => Promise<unknown>) => Promise<any>,
 *   onReady: (id: string) => void }} options
 */
export async function watchNaively(cloud, { place, count, sleep, call, onReady }) {
  const client = CLOUDS[cloud](place);
  const watchOne = async (_, index) => {
    const id = await call(() => client.start(index));
    do await sleep(PAUSE_MS);
    while (!(await call(() => client.isReady(id))));
    onReady(id);
  };
  await Promise.all(Array.from({ length: count }, watchOne));
  await client.close();
}
