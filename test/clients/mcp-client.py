"""The MCP client of the Python package `mcp`: starts the server whose command is in the arguments, and prints what it sees as JSON.

The user confirms the first question and declines all others."""

import asyncio
import json
import os
import sys

import mcp.types as types
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

questions = []


async def answer(_context, params):
    questions.append(params.message)
    if len(questions) > 1:
        return types.ElicitResult(action="decline")
    return types.ElicitResult(action="accept", content={"confirm": True})


async def main(command, *args):
    server = StdioServerParameters(command=command, args=list(args), env=dict(os.environ), cwd=os.getcwd())
    async with stdio_client(server) as (read, write):
        async with ClientSession(read, write, elicitation_callback=answer) as session:
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            results = {}

            async def call(label, name, **arguments):
                result = await session.call_tool(name, arguments)
                # Names of members changed between versions of the package.
                data = result.model_dump(by_alias=True, mode="json")
                results[label] = {"isError": bool(data["isError"]), "value": data["structuredContent"]}

            await call("environments", "list_environments")
            await call("start", "start_session", maxSpend=2)
            await call("wait", "wait_session")
            await call("sql", "run_sql", sql="SELECT 42 AS answer")
            await call("write", "run_sql", sql="DROP TABLE t", write=True)
            await call("wrong", "run_sql", sql=7)
            await call("usage", "usage")
            await call("end", "terminate_session")
    print(json.dumps({"tools": tools, "results": results, "questions": questions}))


asyncio.run(main(*sys.argv[1:]))
