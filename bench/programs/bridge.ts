// The WebSocket bridge in front of a server, in its own process: bridge.ts PORT. It prints its port and path.
import { Bridge, PATH } from '../../test/spark-connect/bridge.ts';

const bridge = await Bridge.listen(Number(process.argv[2]));
console.log(JSON.stringify({ port: bridge.port, path: PATH }));
process.stdin.on('end', () => process.exit()).resume();
