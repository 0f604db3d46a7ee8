import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { requireFromWorkingFolder } from '../provider-kit/load-peer.ts';

/** What the server uses of the SDK. */
export interface McpSdk {
  readonly McpServer: typeof McpServer;
  readonly StdioServerTransport: typeof StdioServerTransport;
  readonly CallToolRequestSchema: typeof CallToolRequestSchema;
  readonly ListToolsRequestSchema: typeof ListToolsRequestSchema;
}

const SDK = '@modelcontextprotocol/sdk';

/**
 * Loads the SDK of the Model Context Protocol.
 * @throws SessionError `config-invalid` with the install line.
 */
export async function loadMcpSdk(): Promise<McpSdk> {
  try {
    const [{ McpServer }, { StdioServerTransport }, { CallToolRequestSchema, ListToolsRequestSchema }] =
      await Promise.all([
        import('@modelcontextprotocol/sdk/server/mcp.js'),
        import('@modelcontextprotocol/sdk/server/stdio.js'),
        import('@modelcontextprotocol/sdk/types.js'),
      ]);
    return { McpServer, StdioServerTransport, CallToolRequestSchema, ListToolsRequestSchema };
  } catch (error) {
    const [mcp, stdio, types] = ['server/mcp.js', 'server/stdio.js', 'types.js'].map((path) =>
      requireFromWorkingFolder(error, `${SDK}/${path}`),
    );
    return { ...(mcp as McpSdk), ...(stdio as McpSdk), ...(types as McpSdk) };
  }
}
