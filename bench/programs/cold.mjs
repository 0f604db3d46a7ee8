// Process start to the first answered look at a session, the way a user writes it: node cold.mjs ENVIRONMENT SESSION_ID
import { openSessions } from 'anysession';

const [environment, id] = process.argv.slice(2);
const sessions = await openSessions({ environment });
const { provider } = sessions;
const handle = { v: 1, provider: provider.id, scope: provider.scope, id };
const call = { signal: new AbortController().signal, deadline: Infinity, attempt: 1 };
const { nativeState } = await provider.describe(handle, call);
console.log(nativeState);
await sessions.close();
